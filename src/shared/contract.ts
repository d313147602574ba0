import { z } from 'zod'
import { BULK_OUTCOMES, type BulkRow, type BulkStatus } from './bulk.ts'
import { type Bytes, bytesSchema } from './bytes.ts'
import type { ClusterShares } from './cluster.ts'
import type { CommandPage, CommandScript, CommandsChange, CommandTotals } from './commands.ts'
import {
  type ConnectionList,
  importUrlSchema,
  saveConnectionSchema,
  saveOpenConnectionSchema,
} from './connections.ts'
import { type CookieReport, cookieQuerySchema } from './cookies.ts'
import type { DecodedKey, RelatedFate } from './formats.ts'
import type { HistoryOutcome, HistoryStatus } from './history.ts'
import {
  type AppInfo,
  type ConnectionStatus,
  type DemoRequest,
  type DemoStatus,
  ENVIRONMENTS,
  LIMITS,
  type ListProgress,
  type ListSummary,
  type ListWindow,
  type PrefixSurvey,
  type SessionChange,
  type SessionDetail,
} from './model.ts'
import type { PrivateRedisStatus } from './private-redis.ts'
import {
  type OrphanList,
  type OrphansRemoved,
  RISK_IDS,
  type RiskPage,
  type RiskReport,
  type RisksChange,
} from './risks.ts'
import { type MenuChoice, type TabStatus, tabNumberSchema } from './tabs.ts'
import { type ConnectionTest, connectionTargetSchema } from './target.ts'
import {
  type PinnedSession,
  TIMELINE_AUTHORS,
  TIMELINE_KINDS,
  type TimelineDiff,
  type TimelineNews,
  type TimelinePage,
} from './timeline.ts'
import {
  type ExportChunk,
  type ExportStart,
  exportFormSchema,
  handleSchema,
  type ImportRun,
  type ImportState,
  importChunkSchema,
  importOptionsSchema,
  redactionSchema,
} from './transfer.ts'

/** A call: the schema of its argument and, by its phantom type, what it replies. */
export interface CallSpec<Arg extends z.ZodType = z.ZodType, Reply = unknown> {
  readonly arg: Arg
  /** Phantom: never set. A function type keeps null and undefined apart from 'not given'. */
  readonly __reply?: () => Reply
}

export interface EventSpec<Payload = unknown> {
  readonly __payload?: () => Payload
}

const call = <Arg extends z.ZodType>(arg: Arg) => ({
  replies: <Reply>(): CallSpec<Arg, Reply> => ({ arg }),
})
const event = <Payload>(): EventSpec<Payload> => ({})

const nothing = z.strictObject({})
const prefix = z
  .string()
  .refine((text) => text.isWellFormed(), 'The prefix must be well-formed Unicode.')
  .refine(
    (text) => new TextEncoder().encode(text).length <= LIMITS.prefixBytes,
    `A prefix takes at most ${LIMITS.prefixBytes} bytes.`,
  )
const text = z.string().max(LIMITS.valueBytes)
/** A saved connection. */
const savedRef = z.strictObject({ id: z.string().max(64) })
const filterText = z.string().max(LIMITS.filterCharacters)
const port = z.int().min(0).max(65_535)
const count = z.int().min(0)
const fieldNames = z.array(z.string().min(1).max(LIMITS.fieldNameBytes)).max(20)
/** Judged by the service, whose message can then say what is wrong with the TTL that was typed. */
const ttl = z.union([z.number(), z.string().max(100)])

/** Names with text values. Not zod's record, which drops the name `__proto__` without a word. */
const fieldRecord = z.custom<Readonly<Record<string, string>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((field) => text.safeParse(field).success),
  `Fields are names with text values of at most ${LIMITS.valueBytes} characters.`,
)

/** One session of a prefix. */
const sessionRef = z.strictObject({ prefix, id: bytesSchema })
/** A field of a hash that was shown as a session, or as none (`incomplete`), and is edited only while it still is. */
const fieldRef = sessionRef.extend({
  state: z.enum(['session', 'incomplete']).default('session'),
  field: bytesSchema,
})
/** A field as it was shown, so that an edit is refused when it has changed since: null for one that was absent. */
const fieldEdit = fieldRef.extend({ shown: bytesSchema.nullable() })
/** A key of any kind, edited only while it still is what it was shown as. */
const keyRef = sessionRef.extend({
  state: z.enum(['session', 'incomplete', 'foreign']),
  type: z.string().min(1).max(100),
})
/** Epoch milliseconds as it was shown; null for no end. */
const shownEnd = z.number().nullable()

/** One edit of a decoded session, by a path of the tree that was shown. Values are leaves: text, numbers and the like. */
const treePath = z.array(count).max(200)
const newValue = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text'), value: text }),
  z.strictObject({ type: z.literal('bytes'), base64: z.base64().max(6 * 1024 * 1024) }),
  z.strictObject({ type: z.literal('number'), text: z.string().max(1000) }),
  z.strictObject({ type: z.literal('boolean'), value: z.boolean() }),
  z.strictObject({ type: z.literal('null') }),
])
const sessionEdit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('set'), path: treePath, value: newValue }),
  z.strictObject({ kind: z.literal('add'), path: treePath, name: text.nullable(), value: newValue }),
  z.strictObject({ kind: z.literal('remove'), path: treePath }),
])

/** Sessions of a prefix: those that are named, or all that match a filter but for some. */
export const scopeSchema = z.union([
  z.strictObject({ ids: z.array(bytesSchema).min(1).max(LIMITS.scopeIds) }),
  z.strictObject({
    filter: filterText,
    except: z.array(bytesSchema).max(LIMITS.scopeExceptions).optional(),
  }),
  /** Those of one user, by the whole name. */
  z.strictObject({ user: bytesSchema }),
])
export type Scope = z.infer<typeof scopeSchema>

export const sortSchema = z.strictObject({
  by: z.union([
    z.enum(['id', 'createdAt', 'lastAccessedAt', 'expiresAt']),
    z.strictObject({ field: z.string().min(1).max(LIMITS.fieldNameBytes) }),
  ]),
  direction: z.enum(['ascending', 'descending']),
})

export const windowQuerySchema = z.strictObject({
  prefix,
  /** The fields shown as columns; each row's `cells` follow their order. */
  columns: fieldNames,
  filter: filterText,
  sort: sortSchema,
  offset: count,
  limit: z.int().min(1).max(LIMITS.windowRows),
  /** Also say where this session stands in the order. */
  locate: bytesSchema.optional(),
})
export type WindowQuery = z.infer<typeof windowQuerySchema>

export const timelineQuerySchema = z.strictObject({
  prefix,
  /** One session; all of the prefix where it is left out. */
  id: bytesSchema.optional(),
  /** Only entries with numbers above, and below. */
  after: count.optional(),
  before: count.optional(),
  limit: z.int().min(1).max(LIMITS.timelineEntries),
  kinds: z.array(z.enum(TIMELINE_KINDS)).max(TIMELINE_KINDS.length).optional(),
  by: z.array(z.enum(TIMELINE_AUTHORS)).max(TIMELINE_AUTHORS.length).optional(),
  /** What the user's name or the id must contain. */
  text: z.string().max(LIMITS.timelineTextCharacters).optional(),
})
/** Which of the commands that were sent to Redis, the newest first. */
export const commandQuerySchema = z.strictObject({
  /** Only commands with a smaller number: what comes in meanwhile then moves none of them. */
  before: count.optional(),
  offset: count,
  limit: z.int().min(1).max(LIMITS.windowRows),
  /** In the command, the script or the purpose, in letters of any case; '' for all. */
  text: z.string().max(LIMITS.filterCharacters),
  kinds: z.array(z.enum(['reads', 'writes', 'background'])).max(3),
  failedOnly: z.boolean(),
})
export type CommandQuery = z.infer<typeof commandQuerySchema>

/** Every call and every event that crosses between a host and the renderer. */
export const contract = {
  calls: {
    'app.info': call(nothing).replies<AppInfo>(),

    /** The connections that are open side by side; all windows and pages see the same ones. Answered for any tab. */
    'tabs.list': call(nothing).replies<readonly TabStatus[]>(),
    /** Opens one more, connected to nothing. */
    'tabs.open': call(nothing).replies<TabStatus>(),
    /** Ends its connection and its demo server; the last one leaves a new one. @returns those that are open then */
    'tabs.close': call(z.strictObject({ number: tabNumberSchema })).replies<readonly TabStatus[]>(),

    'connection.status': call(nothing).replies<ConnectionStatus>(),
    'connection.connect': call(connectionTargetSchema).replies<ConnectionStatus>(),
    'connection.disconnect': call(nothing).replies<ConnectionStatus>(),
    /** Switches the connection to reading alone, or back; the demo server, which writes, stops. */
    'connection.setReadOnly': call(z.strictObject({ readOnly: z.boolean() })).replies<ConnectionStatus>(),
    'connection.setEnvironment': call(
      z.strictObject({ environment: z.enum(ENVIRONMENTS).nullable() }),
    ).replies<ConnectionStatus>(),
    /** While the connection is lost: try again now instead of at `retryAt`; with another password where it was refused. */
    'connection.retry': call(
      z.strictObject({ password: z.string().max(10_000).optional() }),
    ).replies<ConnectionStatus>(),
    /** Asks anew what this Redis user may do: an administrator may have changed it. */
    'connection.lookAtPermissions': call(nothing).replies<ConnectionStatus>(),
    /** Sends the command that the status names under `notifications`, and none other; see there. */
    'connection.changeNotifications': call(
      z.strictObject({ kind: z.enum(['enable', 'restore']) }),
    ).replies<ConnectionStatus>(),

    /** Goes through what connecting needs, step by step, and leaves the connection that there is alone. */
    'connection.test': call(connectionTargetSchema).replies<ConnectionTest>(),

    /** Each of these changes the list of saved connections, which `connections.changed` tells to all clients. */
    'connections.list': call(nothing).replies<ConnectionList>(),
    'connections.save': call(saveConnectionSchema).replies<{ readonly id: string }>(),
    /** Saves the connection that is open, which is that saved one from then on. */
    'connections.saveOpen': call(saveOpenConnectionSchema).replies<{ readonly id: string }>(),
    /** Saves what a `redis://` or `rediss://` URL says. */
    'connections.importUrl': call(importUrlSchema).replies<{ readonly id: string }>(),
    'connections.remove': call(savedRef).replies<null>(),
    /** Puts back one that was removed, while the inspector runs. */
    'connections.restore': call(savedRef).replies<null>(),
    'connections.duplicate': call(savedRef).replies<{ readonly id: string }>(),
    /** `to`: where it stands afterwards, from 0. */
    'connections.move': call(savedRef.extend({ to: count })).replies<null>(),
    /** The nodes of the cluster, and how the sessions of a list that is open are spread over them. */
    'cluster.shares': call(z.strictObject({ prefix })).replies<ClusterShares>(),

    /** A window of the sorted and filtered list; the first for a prefix starts its scan. */
    'list.window': call(windowQuerySchema).replies<ListWindow>(),
    /** Nobody looks at the rows for now: they are not read for this client until it asks for a window again. */
    'list.rest': call(nothing).replies<null>(),
    'list.stopScan': call(z.strictObject({ prefix })).replies<ListProgress>(),
    'list.resumeScan': call(z.strictObject({ prefix })).replies<ListProgress>(),
    'list.rescan': call(z.strictObject({ prefix })).replies<ListProgress>(),
    /** Slower, with less of the server's time; holds for the scans of this prefix from then on. */
    'list.setGentle': call(z.strictObject({ prefix, gentle: z.boolean() })).replies<ListProgress>(),
    /** Stops or resumes the reading of the fields that the filter last asked for. */
    'list.setReading': call(z.strictObject({ prefix, reading: z.boolean() })).replies<ListProgress>(),
    /** Counts and expiry times over all rows of a list that is open. */
    'list.summary': call(
      z.strictObject({ prefix, filter: filterText, buckets: z.int().min(1).max(LIMITS.summaryBuckets) }),
    ).replies<ListSummary>(),
    /** The namespaces that there are, for choosing a prefix: looks at a bounded number of keys. */
    'list.prefixes': call(nothing).replies<PrefixSurvey>(),
    /** The ids from one row to another, both included, in the order of the list; empty where one has gone from it. */
    'list.range': call(
      windowQuerySchema.omit({ offset: true, limit: true, locate: true }).extend({
        from: bytesSchema,
        to: bytesSchema,
      }),
    ).replies<readonly Bytes[]>(),
    /** Field names seen under a prefix, most frequent first: what may become a column. */
    'list.fields': call(z.strictObject({ prefix })).replies<readonly string[]>(),
    /** Fills a prefix with sample sessions. */
    'list.addSamples': call(
      z.strictObject({ prefix, count: z.int().min(1).max(LIMITS.sampleSessions) }),
    ).replies<{ readonly added: number }>(),

    /** Reads one session and, until the next call, sends `session.changed` as it changes; null watches none. */
    'session.watch': call(sessionRef.nullable()).replies<SessionDetail | null>(),
    /** Reads one session, of any prefix, and watches nothing; null where there is none. */
    'session.read': call(sessionRef).replies<SessionDetail | null>(),
    'session.readField': call(sessionRef.extend({ field: bytesSchema })).replies<Bytes>(),
    'session.create': call(z.strictObject({ prefix, fields: fieldRecord, ttl })).replies<{
      readonly id: string
    }>(),
    /** The whole of a string key. */
    'session.readValue': call(sessionRef).replies<Bytes>(),
    /** Adds a field (`shown: null`) or changes one; the key's TTL and the field's own stay as they are. */
    'session.setField': call(fieldEdit.extend({ value: bytesSchema })).replies<SessionDetail>(),
    /** Null where it was the only one, so that the key has gone with it. */
    'session.removeField': call(fieldEdit).replies<SessionDetail | null>(),
    /** Its value and its own TTL go along. */
    'session.renameField': call(
      fieldEdit.extend({ shown: bytesSchema, to: bytesSchema }),
    ).replies<SessionDetail>(),
    /** The TTL of one field in seconds, null for none; `shown` is when it ended as it was shown. */
    'session.setFieldTtl': call(
      fieldRef.extend({ shown: shownEnd, ttl: ttl.nullable() }),
    ).replies<SessionDetail>(),
    /** Writes a string key; its TTL stays as it is. */
    'session.setValue': call(
      sessionRef.extend({ shown: bytesSchema, value: bytesSchema }),
    ).replies<SessionDetail>(),
    /** A key of another library's format, decoded; null where there is none, in no format that is known, or our own. */
    'session.decode': call(sessionRef).replies<DecodedKey | null>(),
    /** Edits a decoded session in its library's encoding. `shown` is the mark of what was decoded; of a hash one field's. */
    'session.editDecoded': call(
      sessionRef.extend({
        type: z.enum(['string', 'hash']),
        shown: z.string().max(100),
        edits: z.array(sessionEdit).min(1).max(100),
      }),
    ).replies<SessionDetail>(),
    /** The sessions that cookies lead to. What is pasted and the secrets are kept nowhere, and never told back. */
    'cookie.find': call(cookieQuerySchema).replies<CookieReport>(),
    /** Sets the TTL of a session, which its store renews with each access. `shown`: only while it is that. */
    'session.setTtl': call(sessionRef.extend({ ttl, shown: z.int().optional() })).replies<SessionDetail>(),
    /** Lets any key end after so many seconds, null for never; of a session its TTL is compared, else when it ended. */
    'session.setExpiry': call(
      keyRef.extend({ shown: shownEnd, configuredTtl: z.int().nullable(), ttl: ttl.nullable() }),
    ).replies<SessionDetail>(),
    'session.touch': call(sessionRef).replies<SessionDetail>(),
    'session.rotate': call(sessionRef).replies<{ readonly id: string }>(),
    'session.delete': call(sessionRef).replies<{ readonly deleted: boolean }>(),
    /** The keys that a library keeps beside a session, as far as they are there, and what a deletion makes of them. */
    'session.related': call(sessionRef).replies<readonly RelatedFate[]>(),
    /**
     * Deletes a key of any kind; with its fingerprint only while it still is what was shown. `related`: together with what
     * its library keeps beside it.
     */
    'session.deleteKey': call(
      keyRef.extend({ fingerprint: z.string().max(100).nullable(), related: z.boolean().optional() }),
    ).replies<{ readonly deleted: boolean }>(),

    /** Begins an export of sessions; its pieces are read one after the other. */
    'export.begin': call(
      z.strictObject({
        prefix,
        scope: scopeSchema,
        form: exportFormSchema,
        /** @default secrets; nothing of a lossless one, which cannot be redacted */
        redact: redactionSchema.optional(),
      }),
    ).replies<ExportStart>(),
    'export.read': call(handleSchema).replies<ExportChunk>(),
    'export.stop': call(handleSchema).replies<null>(),
    /** Begins an import: the whole file is checked first, then, if it is wanted, the same file is run. */
    'import.begin': call(z.strictObject({ prefix, ...importOptionsSchema })).replies<{
      readonly handle: number
    }>(),
    /** Says what would become of the next piece of the file; writes nothing. */
    'import.check': call(importChunkSchema).replies<ImportState>(),
    /** Writes of the next piece what the check has said. */
    'import.run': call(importChunkSchema).replies<ImportRun>(),
    /** Ends an import. @returns what it has not told of yet; null where it has ended already */
    'import.stop': call(handleSchema).replies<ImportRun | null>(),

    'history.status': call(nothing).replies<HistoryStatus>(),
    /**
     * Takes this client's last write back, or makes the one again that it took back last. `force` also where the session
     * has changed since, which is refused as `undo_conflict` otherwise.
     */
    'history.undo': call(z.strictObject({ force: z.boolean().optional() })).replies<HistoryOutcome>(),
    'history.redo': call(z.strictObject({ force: z.boolean().optional() })).replies<HistoryOutcome>(),
    /** Leaves the write as it is that would be next. */
    'history.forget': call(z.strictObject({ which: z.enum(['undo', 'redo']) })).replies<HistoryStatus>(),

    'bulk.status': call(nothing).replies<BulkStatus>(),
    /** Makes a frozen list: reads what these sessions are now. Resolves when it is made. */
    'bulk.freeze': call(z.strictObject({ prefix, scope: scopeSchema })).replies<BulkStatus>(),
    /** The keys of the list, whoever was active last first. */
    'bulk.rows': call(
      z.strictObject({
        offset: count,
        limit: z.int().min(1).max(LIMITS.bulkRows),
        outcome: z.enum(BULK_OUTCOMES).optional(),
      }),
    ).replies<{ readonly rows: readonly BulkRow[]; readonly total: number }>(),
    /** Does it to the keys of the list, each looked at once more. Resolves when it has ended, however it ended. */
    'bulk.run': call(
      z.strictObject({
        action: z.discriminatedUnion('kind', [
          /** `related`: together with what their libraries keep beside them. @default false */
          z.strictObject({ kind: z.literal('delete'), related: z.boolean().optional() }),
          z.strictObject({ kind: z.literal('setTtl'), ttl }),
        ]),
        /** Leave alone what has changed since the list was made. */
        unchangedOnly: z.boolean(),
        /** Also take keys that are no sessions of the store: delete them, or set their expiry alone. */
        others: z.boolean(),
        /** What was typed, where the list asks for it. */
        confirmation: z.string().max(LIMITS.prefixBytes).optional(),
      }),
    ).replies<BulkStatus>(),
    /** Ends what is under way after the call that it is at. */
    'bulk.stop': call(nothing).replies<BulkStatus>(),
    /** Forgets the list. */
    'bulk.close': call(nothing).replies<BulkStatus>(),
    /** What has happened to one session, or to all of a prefix, since somebody looks at it; from then on its news are told. */
    'timeline.read': call(timelineQuerySchema).replies<TimelinePage>(),
    /** What is different between two moments of a session, by the numbers that its entries carry. */
    'timeline.diff': call(sessionRef.extend({ from: count, to: count })).replies<TimelineDiff>(),
    /** All that is kept of one session, or of a prefix, as JSON text; docs/timeline.md has its shape. */
    'timeline.export': call(
      z.strictObject({ prefix, id: bytesSchema.optional(), redact: redactionSchema.default('secrets') }),
    ).replies<{
      readonly text: string
    }>(),
    /** The sessions whose values are kept whichever is selected; all clients of a connection share them. */
    'timeline.pins': call(nothing).replies<readonly PinnedSession[]>(),
    'timeline.pin': call(sessionRef).replies<readonly PinnedSession[]>(),
    'timeline.unpin': call(sessionRef).replies<readonly PinnedSession[]>(),
    /** What this connection has sent to Redis, without secrets. */
    'commands.read': call(commandQuerySchema).replies<CommandPage>(),
    'commands.clear': call(nothing).replies<CommandTotals>(),
    /** The source of a script that was sent by its hash. */
    'commands.script': call(
      z.strictObject({ sha: z.string().regex(/^[0-9a-f]{40}$/) }),
    ).replies<CommandScript>(),
    /** Whether this client gets `commands.changed`. */
    'commands.follow': call(z.strictObject({ on: z.boolean() })).replies<{ readonly following: boolean }>(),

    /** What is wrong with the sessions of a prefix whose list is open; from then on its changes are told. */
    'risks.report': call(z.strictObject({ prefix })).replies<RiskReport>(),
    /** Nobody looks at it for now: it is kept, and neither brought up to date nor read for. */
    'risks.close': call(nothing).replies<null>(),
    /** Starts or stops the pass that reads the values of the sessions. */
    'risks.read': call(z.strictObject({ prefix, on: z.boolean() })).replies<RiskReport>(),
    /** Some of the sessions that a finding is about. */
    'risks.sessions': call(
      z.strictObject({
        prefix,
        finding: z.enum(RISK_IDS),
        offset: count,
        limit: z.int().min(1).max(LIMITS.riskRows),
      }),
    ).replies<RiskPage>(),
    /** As many of their ids as one scope may name, and how many more there are. */
    'risks.ids': call(z.strictObject({ prefix, finding: z.enum(RISK_IDS) })).replies<{
      readonly ids: readonly Bytes[]
      readonly more: number
    }>(),
    /** The report as JSON text, without values; ids and users masked unless they are `named`. */
    'risks.export': call(z.strictObject({ prefix, named: z.boolean() })).replies<{ readonly text: string }>(),
    /** The entries of indexes whose sessions are gone, as a removal would take them. */
    'risks.orphans': call(z.strictObject({ prefix })).replies<OrphanList>(),
    /** Removes the entries that were shown, each only while its session is still gone. */
    'risks.removeMembers': call(
      z.strictObject({
        prefix,
        mark: count,
        confirmation: z.string().max(LIMITS.prefixBytes).optional(),
      }),
    ).replies<OrphansRemoved>(),

    'privateRedis.status': call(nothing).replies<PrivateRedisStatus>(),
    /**
     * Starts a Redis of the app's own on a free port of 127.0.0.1, or finds it running, and connects to it. `keep` loads what
     * was kept and keeps it again; `server` is the path of one that the status names.
     */
    'privateRedis.start': call(
      z.strictObject({ keep: z.boolean(), server: z.string().max(4096).optional() }),
    ).replies<ConnectionStatus>(),
    /** Disconnects from it and ends it; its data is saved, or dropped. */
    'privateRedis.stop': call(z.strictObject({ keep: z.boolean() })).replies<PrivateRedisStatus>(),
    /** Deletes the data that was kept. */
    'privateRedis.drop': call(nothing).replies<PrivateRedisStatus>(),
    /** Its URL with its password, for an application that is to use it. */
    'privateRedis.address': call(nothing).replies<{ readonly url: string }>(),

    'demo.status': call(nothing).replies<DemoStatus>(),
    /** Port 0 takes any free one. A busy port is refused with `details.freePort`. */
    'demo.start': call(z.strictObject({ port, prefix, ttl })).replies<DemoStatus>(),
    'demo.stop': call(nothing).replies<DemoStatus>(),
    /** The most recent requests of this run, oldest first. */
    'demo.requests': call(nothing).replies<readonly DemoRequest[]>(),
  },
  events: {
    /** A tab was opened or closed, or what is said of one is another thing now. Belongs to no tab. */
    'tabs.changed': event<readonly TabStatus[]>(),
    /** What was chosen in the menu of the desktop app, for the window that is in front. Belongs to no tab. */
    'menu.chosen': event<MenuChoice>(),
    'connection.changed': event<ConnectionStatus>(),
    'connections.changed': event<ConnectionList>(),
    /** At most ten a second for each prefix that this client has a window of; never rows. */
    'list.changed': event<ListProgress>(),
    'session.changed': event<SessionChange>(),
    /** This client has written, undone or redone something, or it was forgotten. */
    'history.changed': event<HistoryStatus>(),
    /** At most ten a second. */
    'bulk.changed': event<BulkStatus>(),
    /** At most ten a second for each prefix whose timeline this client has read last. */
    'timeline.changed': event<TimelineNews>(),
    'timeline.pinned': event<readonly PinnedSession[]>(),
    /** At most five a second, and only to clients that follow. */
    'commands.changed': event<CommandsChange>(),
    /** At most twice a second for the prefix whose report this client looks at. */
    'risks.changed': event<RisksChange>(),
    'privateRedis.changed': event<PrivateRedisStatus>(),
    'demo.changed': event<DemoStatus>(),
    'demo.request': event<DemoRequest>(),
  },
} as const

type Calls = typeof contract.calls
type Events = typeof contract.events
export type CallName = keyof Calls
export type EventName = keyof Events
/** What a caller passes, before the schema has read it. */
export type CallArg<N extends CallName> = z.input<Calls[N]['arg']>
/** What a service receives, after the schema has read it. */
export type ParsedArg<N extends CallName> = z.output<Calls[N]['arg']>
export type CallReply<N extends CallName> = ReturnType<NonNullable<Calls[N]['__reply']>>
export type EventPayload<N extends EventName> = ReturnType<NonNullable<Events[N]['__payload']>>

export const isCallName = (name: unknown): name is CallName =>
  typeof name === 'string' && Object.hasOwn(contract.calls, name)
export const isEventName = (name: unknown): name is EventName =>
  typeof name === 'string' && Object.hasOwn(contract.events, name)
