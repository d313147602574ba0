import { focusDetail } from '../../lib/focus.ts'
import type { App } from '../../stores/app.ts'
import { type Command, connected, plain, selectedAny } from './command.ts'

const anySession = (app: App) => connected(app) ?? selectedAny(app)

/** What is done with what has happened. */
export const TIMELINE_COMMANDS: readonly Command[] = [
  {
    id: 'pin',
    group: 'Session',
    label: 'Pin or unpin the session: keep its values in the timeline',
    keys: 'Shift P',
    matches: plain('P'),
    blocked: anySession,
    run: (app) => app.togglePin(),
  },
  {
    id: 'session-timeline',
    group: 'Go to',
    label: 'Timeline of the session',
    keys: 'Shift H',
    matches: plain('H'),
    blocked: anySession,
    run(app) {
      app.detailTab.setState({ tab: 'timeline' })
      focusDetail()
    },
  },
  {
    id: 'timeline',
    group: 'App',
    label: 'Show or hide the timeline of the prefix',
    keys: 'h',
    matches: plain('h'),
    blocked: connected,
    run: (app) => app.drawer.toggle('timeline'),
  },
  {
    id: 'export-session-timeline',
    group: 'Session',
    label: 'Export the session’s timeline as JSON…',
    blocked: anySession,
    run: (app) => app.exportTimeline(app.detail.store.getState().selected),
  },
  {
    id: 'export-timeline',
    group: 'List',
    label: 'Export the timeline of the prefix as JSON…',
    blocked: connected,
    run: (app) => app.exportTimeline(null),
  },
]
