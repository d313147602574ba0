import type { Redis } from 'ioredis'
import type {
  ExportForm,
  ExportProgress,
  ImportEntry,
  ImportOptions,
  ImportState,
  Redaction,
  ServerName,
} from '#shared/transfer.ts'
import type { ChangeBatch } from '../../bulk/bulk-changes.ts'
import { toBinary } from '../../bytes.ts'
import { readServerFacts } from '../../connection/server-facts.ts'
import { SessionExport } from '../session-export.ts'
import { SessionImport } from '../session-import.ts'
import { readTargetServer } from '../target-server.ts'

/** Every key of a prefix as a file. */
export async function exportKeys(
  client: Redis,
  prefix: string,
  form: ExportForm,
  redaction: Redaction = 'nothing',
): Promise<{ readonly text: string; readonly progress: ExportProgress }> {
  const start = Buffer.from(prefix)
  const keys = (await client.callBuffer('KEYS', '*')) as readonly Buffer[]
  const ids = keys.filter((key) => key.subarray(0, start.length).equals(start))
  const task = new SessionExport({
    client,
    prefix,
    ids: ids.map((key) => toBinary(key.subarray(start.length))),
    form,
    redaction,
    server: await serverName(client),
    clock: Date.now,
  })
  let text = ''
  for (;;) {
    const chunk = await task.read()
    text += chunk.text
    if (chunk.done) return { text, progress: chunk.progress }
  }
}

export interface ImportSteps {
  readonly prefix?: string
  readonly options?: Partial<ImportOptions>
  /** Between the dry run and the run. */
  readonly meanwhile?: (state: ImportState) => Promise<void>
  readonly client: Redis
  readonly pieceBytes?: number
}

export interface Imported {
  readonly checked: ImportState
  readonly state: ImportState
  readonly entries: readonly ImportEntry[]
  readonly recorded: readonly ChangeBatch[]
  readonly written: readonly Buffer[]
}

export async function createImport({ client, prefix = 'session:', options = {} }: ImportSteps) {
  const written: Buffer[] = []
  const recorded: ChangeBatch[] = []
  const task = new SessionImport({
    client,
    prefix,
    into: 'exported',
    existing: 'keep',
    ...options,
    server: await readTargetServer(client, await serverName(client)),
    onWrite: (key) => written.push(key),
    record: (_prefix, changes) => {
      recorded.push(...changes)
      return true
    },
  })
  return { task, written, recorded }
}

/** Imports a file: the dry run, then the run. */
export async function importText(text: string | Buffer, steps: ImportSteps): Promise<Imported> {
  const { task, written, recorded } = await createImport(steps)
  const bytes = Buffer.from(text)
  const pieces = piecesOf(bytes, steps.pieceBytes ?? 64 * 1024)
  let checked = task.state
  for (const [piece, last] of pieces) checked = await task.check(piece, last)
  await steps.meanwhile?.(checked)
  const entries: ImportEntry[] = []
  for (const [piece, last] of pieces) entries.push(...(await task.run(piece, last)).entries)
  const { state } = await task.stop()
  return { checked, state, entries, recorded, written }
}

export function piecesOf(bytes: Buffer, size: number): readonly (readonly [Buffer, boolean])[] {
  const pieces: [Buffer, boolean][] = []
  for (let at = 0; at === 0 || at < bytes.length; at += size) {
    pieces.push([bytes.subarray(at, at + size), at + size >= bytes.length])
  }
  return pieces
}

export async function serverName(client: Redis): Promise<ServerName> {
  const { server } = await readServerFacts(client)
  return server
}

/**
 * Every key: its expiry, and its DUMP, or, where that depends on an order that nobody is promised, what it holds.
 * @param ordered false where a small hash may have got its fields in another order too
 */
export async function snapshot(client: Redis, ordered = true): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const key of (await client.callBuffer('KEYS', '*')) as readonly Buffer[]) {
    const [at, encoding] = [await client.pexpiretime(key), await client.object('ENCODING', key)]
    const dump = (await client.dumpBuffer(key))?.toString('base64')
    const isHash = (await client.type(key)) === 'hash'
    const byContent = encoding === 'hashtable' || (isHash && !ordered)
    found.set(toBinary(key), JSON.stringify([at, byContent ? await unordered(client, key) : dump]))
  }
  return found
}

async function unordered(client: Redis, key: Buffer): Promise<unknown> {
  const type = await client.type(key)
  if (type === 'set') {
    const items = (await client.callBuffer('SMEMBERS', key)) as readonly Buffer[]
    return items.map(toBinary).sort()
  }
  const flat = (await client.callBuffer('HGETALL', key)) as readonly Buffer[]
  const names = flat.filter((_, at) => at % 2 === 0)
  const expiries = (await client
    .call('HPEXPIRETIME', key, 'FIELDS', names.length, ...names)
    .catch(() => names.map(() => -1))) as readonly number[]
  return names
    .map((name, at) => [toBinary(name), toBinary(flat[2 * at + 1] as Buffer), expiries[at]])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))
}
