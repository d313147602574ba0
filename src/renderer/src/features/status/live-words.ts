import { aclLine, aclPatternLine, lackedBy } from '#shared/abilities.ts'
import type { ConnectionState } from '../../stores/connection.ts'

export interface LiveWords {
  readonly tone: 'live' | 'polling' | 'stale'
  readonly word: string
  readonly title: string
  readonly explanation: string
  /** What would make it fresher, where the inspector itself cannot; null where nothing is to be done. */
  readonly advice: string | null
}

/** How fresh the list is: in a word, in a line and in sentences. */
export function liveWords({
  status,
  hostLostSince,
}: Pick<ConnectionState, 'status' | 'hostLostSince'>): LiveWords {
  if (hostLostSince !== null || status?.state !== 'connected')
    return {
      tone: 'stale',
      word: 'stale',
      title: 'The connection is lost',
      explanation:
        'What you see is what was known last; the countdowns go on. It is true again by itself when the connection is back.',
      advice: null,
    }
  if (status.notReady !== null)
    return {
      tone: 'stale',
      word: 'waiting',
      title: status.notReady.kind === 'loading' ? 'Redis is loading its data' : 'Redis is busy',
      explanation:
        'It answers nothing at the moment. What you see is what was known last, and is read anew when it answers again.',
      advice: null,
    }
  if (status.live === 'notifications')
    return {
      tone: 'live',
      word: 'live',
      title: 'Every change shows at once',
      explanation: 'Redis sends keyspace notifications: it says of each key that it has changed or gone.',
      advice: null,
    }
  const { username } = status.target
  const polling = {
    tone: 'polling',
    word: 'polling',
    title: 'Changes show after a second or more',
  } as const
  if (status.channelLimit !== null)
    return {
      ...polling,
      explanation: `Redis sends keyspace notifications, but this Redis user may not listen to ${status.channelLimit}, so the rows on the screen are read each second and the rest in the background.`,
      advice: `An administrator can allow it: ${aclPatternLine(username, '&', status.channelLimit)}`,
    }
  const lacks = lackedBy('live', status.missing)
  if (lacks.length > 0)
    return {
      ...polling,
      explanation: `This Redis user may not run ${lacks.join(', ')}, which it takes to be told of changes, so the rows on the screen are read each second and the rest in the background.`,
      advice: `An administrator can allow it: ${aclLine(username, lacks)}`,
    }
  return {
    ...polling,
    explanation:
      'This Redis sends no keyspace notifications, so the rows on the screen are read each second and the rest in the background, a few at a time.',
    advice:
      'To be told at once, an administrator can set notify-keyspace-events to AKE on the server; the inspector may not do it with this user.',
  }
}
