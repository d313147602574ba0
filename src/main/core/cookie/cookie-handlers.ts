import type { CookieEnding } from '#shared/cookies.ts'
import type { ClientContext } from '../client-context.ts'
import type { Handlers } from '../dispatch.ts'
import type { UndoLog } from '../edit/undo-log.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { COOKIE_LOOKUP, doFor } from '../journal/command-purpose.ts'
import type { Timelines } from '../journal/timelines.ts'
import type { SavedConnections } from '../settings/saved-connections.ts'
import { findSessions } from './find-sessions.ts'

export interface CookieContext extends Pick<ClientContext, 'clock' | 'connection' | 'connected' | 'writing'> {
  readonly saved: SavedConnections
  readonly decoder: DecoderClient
}

/** The call that leads from a cookie to its session. Nothing of it outlives the call. */
export function createCookieHandlers(context: CookieContext): Pick<Handlers, 'cookie.find'> {
  const { clock, connection, connected, writing, saved, decoder } = context

  /** Those of the saved connection that this is. */
  const savedPrefixes = async (): Promise<readonly string[]> => {
    const { status } = connection
    const id = status.state === 'disconnected' ? null : status.target.saved
    if (id === null) return []
    const { connections } = await saved.list()
    return connections.find((each) => each.id === id)?.prefixes ?? []
  }

  return {
    'cookie.find': async (query) => {
      const { client, timelines } = connected()
      const prefixes = [...(await savedPrefixes()), ...timelines.prefixes]
      const { history } = writing()
      const endingOf = (key: Buffer) => endingIn(key, timelines, history)
      return doFor(COOKIE_LOOKUP, () => findSessions(query, { client, clock, decoder, prefixes, endingOf }))
    },
  }
}

function endingIn(key: Buffer, timelines: Timelines, history: UndoLog): CookieEnding | null {
  const deletion = history.deletionOf(key)
  const end = timelines.endOf(key)
  const undoable = deletion !== null
  if (end === null) {
    return deletion === null
      ? null
      : { how: 'deleted', at: deletion.at, prefix: deletion.prefix, to: null, undoable }
  }
  const { change, at } = end.entry
  if (change.kind !== 'expired' && change.kind !== 'deleted' && change.kind !== 'rotated') return null
  return {
    how: change.kind,
    // When its time was over, and not when somebody noticed.
    at: change.kind === 'expired' ? Math.min(at, change.expiresAt ?? at) : at,
    prefix: end.prefix,
    to: change.kind === 'rotated' ? change.to : null,
    undoable,
  }
}
