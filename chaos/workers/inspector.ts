// The inspector with its demo server, and a client that asks as the page does, in a process of its own.
import { setTimeout as wait } from 'node:timers/promises'
import type { CallArg, CallName, CallReply } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { ConnectionStatus, ListWindow, SessionDetail, SessionRow } from '#shared/model.ts'
import type { ConnectionTarget } from '#shared/target.ts'
import { createInspector } from '../../src/main/core/services.ts'
import { answerQuestions } from '../worker.ts'

export interface InspectorOptions {
  readonly target: ConnectionTarget
  readonly prefix: string
}

export interface SeenStatus {
  /** Epoch milliseconds. */
  readonly at: number
  readonly state: ConnectionStatus['state']
  readonly reason: string | null
}

/** What the client saw since it was last asked to mark a moment. */
export interface Seen {
  readonly statuses: readonly SeenStatus[]
  /** When windows were answered, epoch milliseconds, and how long the slowest took. */
  readonly windows: readonly number[]
  readonly slowestWindow: number
  /** What the core reported as unexpected. */
  readonly reported: readonly string[]
}

export interface Held {
  /** Bytes, after garbage was collected. */
  readonly heap: number
  readonly rss: number
  readonly handles: number
  /** Entries that the bounded logs hold: once that stands still they are full. */
  readonly kept: number
}

const { target, prefix } = JSON.parse(process.argv[2] ?? '{}') as InspectorOptions
const KEPT_WINDOWS = 5000
const PAGE = 500
/** Milliseconds between two looks at another session, as a person would take. */
const LOOK_EVERY = 3000
const SUMMARY_EVERY = 1000

const reported: string[] = []
let statuses: SeenStatus[] = []
let windows: number[] = []
let slowestWindow = 0
let shown: ListWindow | null = null

const inspector = createInspector({
  host: 'web',
  version: '1',
  redisUrl: null,
  log: (line) => {
    if (reported.length < 50) reported.push(line)
  },
})
const endpoint = inspector.attach((name, payload) => {
  // As over a socket: what cannot be written down must not be sent.
  JSON.stringify(payload)
  if (name === 'connection.changed') {
    const status = payload as ConnectionStatus
    statuses.push({ at: Date.now(), state: status.state, reason: 'reason' in status ? status.reason : null })
    if (status.state === 'connected') void refresh()
  }
  if (name === 'list.changed') void refresh()
  if (name === 'commands.changed' || name === 'timeline.changed') pending.add(name)
})
const pending = new Set<string>()

async function call<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> {
  const reply = await endpoint.dispatch(name, arg)
  if (reply.ok) return reply.value as CallReply<N>
  throw new AppError(reply.code, reply.message, reply.details)
}

const query = (offset: number, limit: number): CallArg<'list.window'> => ({
  prefix,
  columns: ['username', 'page_views'],
  filter: '',
  sort: { by: 'lastAccessedAt', direction: 'descending' },
  offset,
  limit,
})

/** One window at a time, and once more for what has changed meanwhile. */
let asking = false
let again = false
async function refresh(): Promise<void> {
  if (asking) {
    again = true
    return
  }
  asking = true
  const began = performance.now()
  try {
    shown = await call('list.window', query(0, 100))
    windows.push(Date.now())
    if (windows.length > KEPT_WINDOWS) windows.shift()
    slowestWindow = Math.max(slowestWindow, performance.now() - began)
  } catch {
    // While the connection is lost there is nothing new to show.
  }
  asking = false
  if (again) {
    again = false
    void refresh()
  }
}

/** What else is open: another session every few seconds, the counts, the timeline and the log of commands. */
async function lookAround(): Promise<void> {
  const rows = shown?.rows ?? []
  const row = rows[Math.floor(Math.random() * rows.length)]
  if (row !== undefined) await call('session.watch', { prefix, id: row.id })
}
async function readLogs(): Promise<void> {
  await call('list.summary', { prefix, filter: '', buckets: 60 })
  if (pending.delete('timeline.changed')) await call('timeline.read', { prefix, limit: 100 })
  if (pending.delete('commands.changed')) {
    await call('commands.read', { offset: 0, limit: 100, text: '', kinds: [], failedOnly: false })
  }
}
const quietly = (work: () => Promise<void>) => () => void work().catch(() => {})

async function rows(): Promise<readonly SessionRow[]> {
  const all: SessionRow[] = []
  for (;;) {
    const window = await call('list.window', query(all.length, PAGE))
    all.push(...window.rows)
    if (window.rows.length === 0 || all.length >= window.matched) return all
  }
}

answerQuestions({
  /** @returns why there is no connection; null where there is one */
  async connect(): Promise<string | null> {
    try {
      await call('connection.connect', target)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    await refresh()
    await call('commands.follow', { on: true })
    await call('timeline.read', { prefix, limit: 100 })
    setInterval(quietly(lookAround), LOOK_EVERY)
    setInterval(quietly(readLogs), SUMMARY_EVERY)
    return null
  },
  async startDemo(): Promise<number> {
    const status = await call('demo.start', { port: 0, prefix, ttl: 3600 })
    if (status.state !== 'running') throw new Error('The demo server does not run.')
    return status.port
  },
  status: () => call('connection.status', {}),
  mark() {
    statuses = []
    windows = []
    slowestWindow = 0
  },
  seen: (): Seen => ({ statuses, windows, slowestWindow, reported }),
  rows,
  async details(ids: readonly string[]): Promise<readonly (SessionDetail | null)[]> {
    const details: (SessionDetail | null)[] = []
    for (const id of ids) details.push(await call('session.watch', { prefix, id }))
    return details
  },
  async held(): Promise<Held> {
    const log = await call('commands.read', { offset: 0, limit: 1, text: '', kinds: [], failedOnly: false })
    const timeline = await call('timeline.read', { prefix, limit: 1 })
    for (let round = 0; round < 3; round += 1) {
      globalThis.gc?.()
      await wait(10)
    }
    const { heapUsed, arrayBuffers, rss } = process.memoryUsage()
    return {
      heap: heapUsed + arrayBuffers,
      rss,
      handles: process.getActiveResourcesInfo().length,
      kept: log.matched + timeline.matched,
    }
  },
})
