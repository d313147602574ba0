// The inspector's list in a process of its own, asked for windows as the screen asks: on each change, one at a time.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as wait } from 'node:timers/promises'
import type { WindowQuery } from '#shared/contract.ts'
import type { SortKey } from '#shared/model.ts'
import { resolveTarget } from '../../src/main/core/connection/target.ts'
import { DecoderClient } from '../../src/main/core/formats/decoder-client.ts'
import { openKeyspaceFeed } from '../../src/main/core/index/keyspace-feed.ts'
import { SessionList } from '../../src/main/core/index/session-list.ts'
import { CommandLog } from '../../src/main/core/journal/command-log.ts'
import { tapCommands } from '../../src/main/core/journal/command-tap.ts'
import { Timelines } from '../../src/main/core/journal/timelines.ts'
import { connect, PREFIX, quantile } from '../setup.ts'

export interface ListOptions {
  readonly host: string
  readonly port: number
  /** @default 0 */
  readonly db?: number
  /** Rows that only the decoder's worker may read are left to it, as in the app. @default false */
  readonly decodes?: boolean
  /** `measure` tells all about one list; the others do that until they are told to end. */
  readonly mode: 'measure' | 'idle' | 'scan'
  readonly gentle: boolean
  readonly notifications: boolean
}

export interface ListFigures {
  /** Milliseconds. */
  readonly first: number
  readonly complete: number
  readonly rows: number
  /** The longest that the event loop was held up, and the longest that a window took, both while scanning. */
  readonly longestBlock: number
  readonly longestWindow: number
  /** Bytes a session. */
  readonly memory: number
  readonly heap: number
  readonly windows: { readonly p50: number; readonly p95: number; readonly max: number }
  readonly sorts: Readonly<Record<string, number>>
  readonly filters: Readonly<Record<string, number>>
  readonly sortBlock: number
  readonly summary: number
}

const SORTS: readonly SortKey[] = [
  'id',
  'createdAt',
  'expiresAt',
  { field: 'username' },
  { field: 'page_views' },
]
const FILTERS = ['user-77', 'user:user-77', 'page_views>30', 'ttl<5h', 'is:active -user:user-7']
const WINDOWS = 500

const options = JSON.parse(process.argv[2] ?? '{}') as ListOptions
const tell = (message: unknown) => process.send?.(message)
const client = await connect(options.host, options.port, options.db)
const decoder = options.decodes === true ? new DecoderClient() : null
const asker = {}
const query = (change: Partial<WindowQuery> = {}): WindowQuery => ({
  prefix: PREFIX,
  columns: ['username', 'page_views'],
  filter: '',
  sort: { by: 'lastAccessedAt', direction: 'descending' },
  offset: 0,
  limit: 100,
  ...change,
})

let longestWindow = 0
let asking = false
let again = false
// As in the app: what is sent is noted, and what happens to the sessions.
tapCommands(client, 'main', new CommandLog(Date.now))
const list = new SessionList({
  client,
  prefix: PREFIX,
  clock: Date.now,
  observer: new Timelines({ clock: Date.now }).of(PREFIX),
  onChange: () => void ask(),
  decoder: decoder ?? undefined,
  onError: (error) => {
    if (process.connected) console.error(error)
  },
})
async function ask(): Promise<void> {
  if (asking) {
    again = true
    return
  }
  asking = true
  const began = performance.now()
  await list.window(query(), asker).catch(() => {})
  longestWindow = Math.max(longestWindow, performance.now() - began)
  asking = false
  if (again) {
    again = false
    void ask()
  }
}
const completed = async () => {
  while (list.progress.phase !== 'complete') await wait(5)
}
process.on('disconnect', () => process.exit())

const target = resolveTarget({ host: options.host, port: options.port })
const feed = options.notifications
  ? await openKeyspaceFeed(
      target,
      () => {},
      () => {},
    )
  : null
if (options.mode === 'measure') tell(await measure())
else {
  await list.start(feed)
  await completed()
  list.setGentle(options.gentle)
  await ask()
  tell('ready')
  while (options.mode === 'scan') {
    await list.rescan()
    await completed()
  }
}

async function measure(): Promise<ListFigures> {
  globalThis.gc?.()
  const before = process.memoryUsage()
  const loop = monitorEventLoopDelay({ resolution: 1 })
  loop.enable()
  const began = performance.now()
  await list.start(feed)
  await list.window(query(), asker)
  const first = performance.now() - began
  await completed()
  const complete = performance.now() - began
  const longestBlock = loop.max / 1e6
  const scanWindow = longestWindow
  const rows = list.progress.total
  globalThis.gc?.()
  const after = process.memoryUsage()

  const times: number[] = []
  for (let i = 0; i < WINDOWS; i += 1) {
    const offset = Math.floor(Math.random() * rows)
    times.push(await timed(() => list.window(query({ offset }), asker)))
  }
  times.sort((a, b) => a - b)
  loop.reset()
  const sorts: Record<string, number> = {}
  for (const by of SORTS) {
    const name = typeof by === 'string' ? by : by.field
    sorts[name] = await timed(() => list.window(query({ sort: { by, direction: 'ascending' } }), asker))
  }
  const sortBlock = loop.max / 1e6
  const filters: Record<string, number> = {}
  for (const filter of FILTERS) filters[filter] = await timed(() => list.window(query({ filter }), asker))
  return {
    first,
    complete,
    rows,
    longestBlock,
    longestWindow: scanWindow,
    memory: (after.rss - before.rss) / rows,
    heap: (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / rows,
    windows: { p50: quantile(times, 0.5), p95: quantile(times, 0.95), max: times.at(-1) ?? Number.NaN },
    sorts,
    filters,
    sortBlock,
    summary: await timed(() => list.summary('', 60, asker)),
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
