import type { ConnectionState } from '../../stores/connection.ts'

export interface LiveWords {
  readonly tone: 'live' | 'polling' | 'stale'
  readonly word: string
  readonly explanation: string
}

/** How fresh the list is, in a word and in a sentence. */
export function liveWords({
  status,
  hostLostSince,
}: Pick<ConnectionState, 'status' | 'hostLostSince'>): LiveWords {
  if (hostLostSince !== null || status?.state !== 'connected')
    return {
      tone: 'stale',
      word: 'stale',
      explanation: 'The connection is lost. What you see is what was known last; the countdowns go on.',
    }
  if (status.live === 'notifications')
    return {
      tone: 'live',
      word: 'live',
      explanation: 'Redis sends keyspace notifications: every change shows at once.',
    }
  return {
    tone: 'polling',
    word: 'polling',
    explanation:
      'This Redis sends no keyspace notifications, so the rows on the screen are read each second and the rest in the background. To be told at once, set notify-keyspace-events to AKE on the server.',
  }
}
