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
  if (status.live === 'notifications')
    return {
      tone: 'live',
      word: 'live',
      title: 'Every change shows at once',
      explanation: 'Redis sends keyspace notifications: it says of each key that it has changed or gone.',
      advice: null,
    }
  return {
    tone: 'polling',
    word: 'polling',
    title: 'Changes show after a second or more',
    explanation:
      'This Redis sends no keyspace notifications, so the rows on the screen are read each second and the rest in the background, a few at a time.',
    advice:
      'To be told at once, an administrator can set notify-keyspace-events to AKE on the server; the inspector may not do it with this user.',
  }
}
