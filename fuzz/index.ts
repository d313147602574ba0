import { parseArgs } from 'node:util'
import { table } from '../bench/setup.ts'
import type { CampaignOptions, Report } from './campaign.ts'

/** Each surface by its name; it is loaded only when it is fuzzed. */
const SURFACES: Readonly<Record<string, (options: CampaignOptions) => Promise<Report>>> = {
  contract: async (options) =>
    (await import('./campaign.ts')).fuzz((await import('./contract.ts')).contractSurface, options),
  websocket: async (options) =>
    (await import('./campaign.ts')).fuzz((await import('./websocket.ts')).webSocketSurface, options),
  http: async (options) =>
    (await import('./campaign.ts')).fuzz((await import('./http.ts')).httpSurface, options),
}

const INPUTS = 100_000

const USAGE = `npm run fuzz [-- ${Object.keys(SURFACES).join('|')} …] [--inputs N] [--seed S]

Sends hostile inputs to parts of the inspector, each in a process of its own, and tells of crashes, hangs and leaks.

  contract   every call by name, with mutated and arbitrary arguments, against a real Redis
  websocket  the web host's socket: raw bytes, broken upgrades and frames, valid frames with bad content
  http       the demo server: raw bytes, broken and smuggled requests, slow senders

  --inputs N  to each, ${INPUTS.toLocaleString('en-US')} by default
  --seed S    repeats the inputs of an earlier run; without it each run has others`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      inputs: { type: 'string', default: String(INPUTS) },
      seed: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const names = positionals.length === 0 ? Object.keys(SURFACES) : positionals
  const inputs = Number(values.inputs)
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const known = names.every((name) => Object.hasOwn(SURFACES, name))
  if (values.help || !known || !Number.isInteger(inputs) || inputs < 1 || !Number.isInteger(seed)) {
    console.log(USAGE)
    return values.help ? 0 : 2
  }
  const reports: Report[] = []
  for (const name of names) {
    const onProgress = (done: number) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${name}: ${done} of ${inputs}\x1b[K`)
    }
    const report = await SURFACES[name]?.({ inputs, seed, onProgress })
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
    if (report !== undefined) reports.push(report)
  }
  console.log(`Seed ${seed}, Node ${process.version}.\n\n${summary(reports)}`)
  for (const { name, failures } of reports) {
    for (const { message, seed: failed, path, input } of failures) {
      console.log(`\n${name}, seed ${failed}${path && `, path ${path}`}: ${message}\n${input}`)
    }
  }
  return reports.some(({ failures }) => failures.length > 0) ? 1 : 0
}

const mb = (bytes: number | undefined) => (bytes === undefined ? '–' : (bytes / 1024 / 1024).toFixed(1))
const sum = (handles: Readonly<Record<string, number>> | undefined) =>
  handles === undefined ? '–' : String(Object.values(handles).reduce((total, each) => total + each, 0))
const whole = (value: number) => value.toLocaleString('en-US')

function summary(reports: readonly Report[]): string {
  const head = [
    'surface',
    'inputs',
    'answered',
    'refused',
    'longest ms',
    'heap MB before → after',
    'handles',
    'Redis clients',
    'failures',
    'seconds',
  ]
  const rows = reports.map(
    ({ name, inputs, answered, refused, longest, before, after, failures, seconds }) => [
      name,
      whole(inputs),
      whole(answered),
      whole(refused),
      whole(Math.round(longest)),
      `${mb(before?.heap)} → ${mb(after?.heap)}`,
      `${sum(before?.handles)} → ${sum(after?.handles)}`,
      `${before?.redisClients ?? '–'} → ${after?.redisClients ?? '–'}`,
      String(failures.length),
      whole(Math.round(seconds)),
    ],
  )
  return table(head, rows)
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
