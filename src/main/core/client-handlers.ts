import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { type AppInfo, type SessionDetail, USER_FIELD } from '#shared/model.ts'
import type { Emit } from '#shared/transport.ts'
import { parseTtl } from '#shared/ttl.ts'
import { guardAbilities } from './ability-guard.ts'
import { createdKeys } from './bulk/bulk-changes.ts'
import { createBulkHandlers } from './bulk/bulk-handlers.ts'
import type { ClientContext } from './client-context.ts'
import { readClusterShares } from './cluster-shares.ts'
import type { ConnectionManager } from './connection/connection-manager.ts'
import type { PrivateRedis } from './connection/private-redis.ts'
import { createPrivateRedisHandlers } from './connection/private-redis-handlers.ts'
import { type ResolvedTarget, withPrefillPassword } from './connection/target.ts'
import { createCookieHandlers } from './cookie/cookie-handlers.ts'
import type { DemoService } from './demo/demo-service.ts'
import type { Handlers } from './dispatch.ts'
import { createDecodedHandlers } from './edit/decoded-handlers.ts'
import { createEditHandlers, textId } from './edit/edit-handlers.ts'
import { createRelatedHandlers } from './edit/related-handlers.ts'
import { SessionWriter } from './edit/session-writer.ts'
import { NO_HISTORY } from './edit/undo-log.ts'
import type { DecoderClient } from './formats/decoder-client.ts'
import { surveyPrefixes } from './index/prefix-survey.ts'
import { keyOf, readField, readSessionDetail, readValue } from './index/session-detail.ts'
import { commandCalls } from './journal/command-calls.ts'
import type { CommandFollowers } from './journal/command-followers.ts'
import { BACKGROUND, doFor } from './journal/command-purpose.ts'
import { createTimelineHandlers } from './journal/timeline-handlers.ts'
import { createRiskHandlers } from './risks/risk-handlers.ts'
import { addSampleSessions } from './samples.ts'
import { createConnectionHandlers } from './settings/connection-handlers.ts'
import type { SavedConnections } from './settings/saved-connections.ts'
import { refuseReserved } from './store/fields.ts'
import { createTransferHandlers } from './transfer/transfer-handlers.ts'
import type { Workspace } from './workspace.ts'

/** What all clients of a tab have in common. */
export interface SharedServices {
  readonly clock: () => number
  readonly report: (error: unknown) => void
  readonly info: () => Promise<AppInfo>
  readonly connection: ConnectionManager
  readonly privateRedis: PrivateRedis
  /** Disconnects every tab from it, before it stops. */
  leavePrivateRedis(): void
  readonly demo: DemoService
  readonly prefill: ResolvedTarget | null
  readonly saved: SavedConnections
  readonly followers: CommandFollowers
  readonly decoder: DecoderClient
  /** What belongs to the connection, also while it is lost. */
  current(): Workspace | null
  /** The same, for work on Redis. @throws AppError while there is none or it is lost. */
  connected(): Workspace
}

interface SessionRef {
  readonly prefix: string
  readonly id: Bytes
}

/** One client's calls in one tab: the shared services, its own viewport and the one session that it watches. */
export function createClientHandlers(
  shared: SharedServices,
  emit: Emit,
): { readonly handlers: Omit<Handlers, `tabs.${string}`>; readonly close: () => void } {
  const { clock, connection, connected, demo, privateRedis, prefill } = shared
  /** Who holds a list: the table by its windows, the open session by its watch. */
  const viewer = {}
  const watcher = {}
  let stopWatching = () => {}
  let isOpen = true
  /** Rises with each watch: an older one that is still being read does not replace a newer one. */
  let watchGeneration = 0

  let writer: SessionWriter | null = null
  /** This client's writes on the connection that there is; those on an earlier one are forgotten. */
  const writing = (): SessionWriter => {
    const workspace = connected()
    if (writer?.workspace !== workspace) {
      writer?.history.stop()
      writer = new SessionWriter({ workspace, clock, onHistory: (status) => emit('history.changed', status) })
      if (!isOpen) writer.history.stop()
    }
    return writer
  }
  const history = () => (shared.current() === null ? NO_HISTORY : writing().history.status)

  /** The lists as they are, which a lost connection leaves as they were. */
  const lists = () => (shared.current() ?? connected()).lists
  const listOf = (prefix: string) => {
    const list = lists().get(prefix)
    if (list === undefined)
      throw new AppError('invalid_argument', `Nobody looks at the prefix ${prefix}. Open it first.`)
    return list
  }
  const context: ClientContext = { clock, connection, connected, writing, listOf, asker: viewer }
  const bulk = createBulkHandlers({ ...context, decoder: shared.decoder }, (status) =>
    emit('bulk.changed', status),
  )
  const transfers = createTransferHandlers(context)
  const timelines = createTimelineHandlers({
    current: shared.current,
    connected,
    onNews: (news) => emit('timeline.changed', news),
  })

  const risks = createRiskHandlers({
    ...context,
    current: shared.current,
    onChange: (change) => emit('risks.changed', change),
  })

  const readDetail = ({ prefix, id }: SessionRef) => readSessionDetail(connected().client, prefix, id, clock)
  const detailOf = async (ref: SessionRef): Promise<SessionDetail> => {
    const detail = await readDetail(ref)
    if (detail === null) throw new AppError('session_gone', 'This session has expired or was deleted.')
    return detail
  }
  /** After a write that the store says found no session. */
  const missing = async (ref: SessionRef): Promise<AppError> => {
    const detail = await readDetail(ref)
    return detail === null
      ? new AppError(
          'session_gone',
          'This session has expired or was deleted. Nothing was written, so it stays gone.',
        )
      : new AppError(
          'not_a_session',
          `Nothing was written. ${detail.problem ?? 'The session was made anew a moment ago.'}`,
        )
  }
  const wrote = ({ prefix, id }: SessionRef) => connected().wrote(keyOf(prefix, id))

  const decoding = { connected, writing, detailOf, wrote, clock, decoder: shared.decoder }

  /** Rises when nobody looks at the rows any more: a window that is still being made does not bring them back. */
  let rests = 0

  const handlers: Omit<Handlers, `tabs.${string}`> = {
    'app.info': shared.info,

    'connection.status': () => connection.status,
    'connection.connect': async (asked) => {
      const filled = await shared.saved.fill(asked)
      const { readOnly = false, environment = null, saved = null, ...target } = filled
      const marks = { readOnly, environment, saved }
      const status = await connection.connect(withPrefillPassword(target, prefill), false, marks)
      await shared.saved.remember(filled)
      return status
    },
    'connection.disconnect': () => connection.disconnect(),
    'connection.setReadOnly': async ({ readOnly }) => {
      const status = connection.setReadOnly(readOnly)
      if (readOnly) await demo.stop()
      return status
    },
    'connection.setEnvironment': ({ environment }) => connection.setEnvironment(environment),
    'connection.retry': ({ password }) => connection.retry(password),
    'connection.lookAtPermissions': () => connection.lookAtPermissions(),
    'connection.changeNotifications': ({ kind }) => connection.changeNotifications(kind),

    ...createConnectionHandlers({ connection, saved: shared.saved, prefill }),

    'cluster.shares': ({ prefix }) => readClusterShares(connected().client, listOf(prefix)),

    'list.window': async (query) => {
      const asked = rests
      lists().release(viewer, query.prefix)
      risks.leave(query.prefix)
      const list = await lists().use(query.prefix, viewer, (progress) => emit('list.changed', progress))
      const window = await list.window(query, viewer)
      if (asked !== rests) list.forget(viewer)
      return window
    },
    'list.rest': () => {
      rests += 1
      shared.current()?.lists.rest(viewer)
      return null
    },
    'list.stopScan': ({ prefix }) => {
      const list = listOf(prefix)
      list.stopScan()
      return list.progress
    },
    'list.resumeScan': async ({ prefix }) => {
      connected()
      const list = listOf(prefix)
      await list.resumeScan()
      return list.progress
    },
    'list.rescan': async ({ prefix }) => {
      connected()
      const list = listOf(prefix)
      await list.rescan()
      return list.progress
    },
    'list.setGentle': ({ prefix, gentle }) => {
      const list = listOf(prefix)
      list.setGentle(gentle)
      return list.progress
    },
    'list.setReading': ({ prefix, reading }) => {
      const list = listOf(prefix)
      list.setReading(reading)
      return list.progress
    },
    'list.summary': ({ prefix, filter, buckets }) => listOf(prefix).summary(filter, buckets, viewer),
    'list.range': ({ from, to, ...query }) => listOf(query.prefix).range(query, from, to),
    'list.prefixes': () => surveyPrefixes(connected().client),
    'list.fields': ({ prefix }) => {
      connected()
      return listOf(prefix).fieldNames()
    },
    'list.addSamples': async ({ prefix, count }) => {
      const workspace = connected()
      const { client } = workspace
      const ids = await addSampleSessions(client, prefix, count, clock, (key) => workspace.wrote(key))
      // Who may not look at keys so closely has them all the same; they cannot be taken back then.
      const made = await createdKeys(client, prefix, ids).catch(() => null)
      if (made?.first != null)
        writing().recordMany({ prefix, id: made.first, label: `Added ${ids.length} sample sessions` }, made)
      return { added: ids.length }
    },

    'session.watch': async (ref) => {
      watchGeneration += 1
      const generation = watchGeneration
      stopWatching()
      stopWatching = () => {}
      if (ref === null) {
        shared.current()?.lists.release(watcher)
        return null
      }
      connected()
      lists().release(watcher, ref.prefix)
      const list = await lists().use(ref.prefix, watcher, () => {})
      const { detail, stop } = await list.watch(ref.id, (changed) =>
        emit('session.changed', { id: ref.id, detail: changed }),
      )
      if (generation === watchGeneration) stopWatching = stop
      else stop()
      return detail
    },
    'session.read': (ref) => doFor(BACKGROUND.compare, () => readDetail(ref)),
    'session.readField': ({ prefix, id, field }) => readField(connected().client, prefix, id, field),
    'session.readValue': ({ prefix, id }) => readValue(connected().client, prefix, id),
    'session.create': async ({ prefix, fields, ttl }) => {
      for (const name of Object.keys(fields)) refuseReserved(name)
      const store = writing().store(prefix, 'Created', fields[USER_FIELD] || null)
      return { id: await store.createSession(fields, parseTtl(ttl)) }
    },
    ...createEditHandlers({ writing, detailOf, readDetail, wrote, missing }),
    ...createDecodedHandlers(decoding),
    ...createRelatedHandlers(decoding),
    ...createCookieHandlers({ ...context, saved: shared.saved, decoder: shared.decoder }),
    'session.touch': async (ref) => {
      const store = writing().store(ref.prefix, 'Touched')
      if (!(await store.touchSession(textId(ref.id)))) throw await missing(ref)
      return detailOf(ref)
    },
    'session.rotate': async (ref) => {
      const id = await writing().store(ref.prefix, 'Rotated the id').rotateSession(textId(ref.id))
      if (id === null) throw await missing(ref)
      return { id }
    },
    'history.status': history,
    'history.undo': ({ force }) => writing().history.undo(force),
    'history.redo': ({ force }) => writing().history.redo(force),
    'history.forget': ({ which }) => {
      writing().history.forget(which)
      return history()
    },

    ...bulk.handlers,
    ...transfers.handlers,
    ...timelines.handlers,
    ...risks.handlers,
    ...commandCalls(() => shared.current()?.commands ?? null, shared.followers, emit),

    ...createPrivateRedisHandlers(privateRedis, connection, shared.leavePrivateRedis),

    'demo.status': () => demo.status,
    'demo.start': ({ port, prefix, ttl }) => {
      connection.requireWritable()
      return demo.start(connected().createStore({ prefix, ttl: parseTtl(ttl) }, 'demo'), port)
    },
    'demo.stop': () => demo.stop(),
    'demo.requests': () => demo.requests,
  }

  return {
    handlers: guardAbilities(handlers, connection, () => isOpen),
    close() {
      isOpen = false
      watchGeneration += 1
      stopWatching()
      bulk.close()
      transfers.close()
      timelines.close()
      risks.close()
      writer?.history.stop()
      shared.followers.delete(emit)
      shared.current()?.lists.release(viewer)
      shared.current()?.lists.release(watcher)
    },
  }
}
