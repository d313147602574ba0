import type { TimelineNews } from '#shared/timeline.ts'
import type { Handlers } from '../dispatch.ts'
import type { Workspace } from '../workspace.ts'
import { TimelineNewsFeed } from './timeline-news.ts'

export interface TimelineDependencies {
  /** What belongs to the connection, also while it is lost. */
  readonly current: () => Workspace | null
  /** @throws AppError while there is none or it is lost */
  readonly connected: () => Workspace
  readonly onNews: (news: TimelineNews) => void
}

type TimelineCalls = Extract<keyof Handlers, `timeline.${string}`>

/** One client's look at the timelines. */
export function createTimelineHandlers({ current, connected, onNews }: TimelineDependencies): {
  readonly handlers: Pick<Handlers, TimelineCalls>
  readonly close: () => void
} {
  const workspace = () => current() ?? connected()
  const timelines = () => workspace().timelines
  const news = new TimelineNewsFeed(timelines, onNews)
  return {
    handlers: {
      'timeline.read': ({ prefix, ...query }) => {
        news.follow(prefix)
        return timelines().read({ prefix, ...query })
      },
      'timeline.diff': ({ prefix, id, from, to }) => timelines().diff(prefix, id, from, to),
      'timeline.export': ({ prefix, id, redact }) => ({
        text: timelines().export(prefix, id ?? null, redact),
      }),
      'timeline.pins': () => current()?.pins.all ?? [],
      'timeline.pin': async ({ prefix, id }) => {
        const { pins } = connected()
        await pins.pin(prefix, id)
        return pins.all
      },
      'timeline.unpin': ({ prefix, id }) => {
        const { pins } = workspace()
        pins.unpin(prefix, id)
        return pins.all
      },
    },
    close: () => news.stop(),
  }
}
