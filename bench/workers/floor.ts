// What the server needs for the calls of our scan: the same ones, two parts side by side, with the replies thrown away.
import { fieldColumn, readPlan } from '../../src/main/core/index/columns.ts'
import { MessageReader } from '../../src/main/core/index/message-reader.ts'
import { SCAN_SCRIPT } from '../../src/main/core/index/read-script.ts'
import { ScanRange } from '../../src/main/core/index/scan-range.ts'
import { BatchScript } from '../../src/main/core/store/batch-script.ts'
import { connect, PREFIX } from '../setup.ts'

/** Keys a call, about as many as our scan looks at where nobody else uses the server. */
const COUNT = 300

const { host, port } = JSON.parse(process.argv[2] ?? '{}') as { readonly host: string; readonly port: number }
const client = await connect(host, port)
const about = { name: 'scan a batch of keys', argv: 'plain', readOnly: true } as const
const script = new BatchScript(client, SCAN_SCRIPT, about)
const { fields, cut } = readPlan([fieldColumn('username'), fieldColumn('page_views')])

async function scan(range: ScanRange): Promise<void> {
  while (!range.done) {
    const args = [range.cursor, `${PREFIX}*`, COUNT, cut, 0, ...fields]
    const reader = new MessageReader((await script.run([], args)) as Buffer)
    reader.array()
    reader.integer()
    const length = reader.text()
    range.advance(reader.buffer.toString('latin1', reader.end - length, reader.end))
  }
}

const first = new ScanRange()
const second = first.split()
const began = performance.now()
await Promise.all([first, second].map((range) => range && scan(range)))
process.send?.({ complete: performance.now() - began })
client.disconnect()
