// A bulk deletion by the inspector's own services in a process of its own, from the frozen list to the undo.

import { BulkJob } from '../../src/main/core/bulk/bulk-job.ts'
import { readServerFacts } from '../../src/main/core/connection/server-facts.ts'
import { resolveTarget } from '../../src/main/core/connection/target.ts'
import { SessionWriter } from '../../src/main/core/edit/session-writer.ts'
import { Workspace } from '../../src/main/core/workspace.ts'
import { connect, PREFIX } from '../setup.ts'

export interface BulkFigures {
  readonly keys: number
  /** Milliseconds. */
  readonly freeze: number
  readonly delete: number
  readonly undo: number
  /** Bytes a session: what the frozen list takes, and what the undo keeps. */
  readonly listMemory: number
  readonly undoMemory: number
  /** What the undo log says that it keeps, bytes a session. */
  readonly undoBytes: number
}

const { host, port } = JSON.parse(process.argv[2] ?? '{}') as { readonly host: string; readonly port: number }
const client = await connect(host, port)
const workspace = new Workspace(
  { client, target: resolveTarget({ host, port }), facts: await readServerFacts(client), live: 'polling' },
  { clock: Date.now, onError: () => {}, onNotPushed: () => {} },
)
const writer = new SessionWriter({ workspace, clock: Date.now, onHistory: () => {} })

// As the list of the inspector has them.
const ids: string[] = []
let cursor = '0'
do {
  const [next, keys] = await client.scan(cursor, 'MATCH', `${PREFIX}*`, 'COUNT', 1000)
  cursor = next
  for (const key of keys) ids.push(key.slice(PREFIX.length))
} while (cursor !== '0')

const used = async () => {
  // What buffers hold is given back a turn after they are collected.
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
const timed = async (work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const before = await used()
const job = new BulkJob({
  client,
  writer,
  prefix: PREFIX,
  ids,
  complete: true,
  confirmation: null,
  clock: Date.now,
  onWrite: () => {},
  onChange: () => {},
})
const freeze = await timed(() => job.freeze())
const frozen = await used()
const remove = await timed(() =>
  job.run({ kind: 'delete' }, { unchangedOnly: true, others: false, confirmation: null }),
)
const removed = await used()
const { bytes } = writer.history.status
const left = await client.dbsize()
const undo = bytes === 0 ? Number.NaN : await timed(() => writer.history.undo())
const back = await client.dbsize()
if (left !== 0 || (bytes > 0 && back !== ids.length))
  throw new Error(`${left} were left, and ${back} of ${ids.length} came back.`)
process.send?.({
  keys: ids.length,
  freeze,
  delete: remove,
  undo,
  listMemory: (frozen - before) / ids.length,
  undoMemory: (removed - frozen) / ids.length,
  undoBytes: bytes / ids.length,
} satisfies BulkFigures)
client.disconnect()
