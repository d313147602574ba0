import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { scenarioTable, soakReport } from './report.ts'
import { SCENARIOS } from './scenarios/index.ts'
import { soak } from './soak.ts'
import { cannot, type ScenarioResult, type Timing } from './stage.ts'

const RATE = 1000
const SECONDS = 10
const MINUTES = 30

const USAGE = `npm run chaos [-- scenario …] [--seconds N] [--rate N] [--json FILE]
npm run chaos -- soak [--minutes N] [--rate N] [--json FILE]

Puts a load on the demo server with the inspector open, breaks what is under it, and compares what was acknowledged
with what is there. Ends with 1 where a promise was broken. Without a scenario all are played.

${Object.entries(SCENARIOS)
  .map(([name, { what }]) => `  ${name.padEnd(17)} ${what}`)
  .join('\n')}
  ${'soak'.padEnd(17)} no fault for --minutes: memory and handles must be flat

  --seconds N  of load before the fault and after it, ${SECONDS} by default
  --minutes N  of the soak, ${MINUTES} by default
  --rate N     operations a second, ${RATE} by default
  --json FILE  also write the figures there`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: String(SECONDS) },
      minutes: { type: 'string', default: String(MINUTES) },
      rate: { type: 'string', default: String(RATE) },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const [seconds, minutes, rate] = [values.seconds, values.minutes, values.rate].map(Number) as [
    number,
    number,
    number,
  ]
  const isSoak = positionals.length === 1 && positionals[0] === 'soak'
  const known = isSoak || positionals.every((name) => Object.hasOwn(SCENARIOS, name))
  if (values.help || !known || ![seconds, minutes, rate].every((value) => value > 0)) {
    console.log(USAGE)
    return values.help ? 0 : 2
  }
  const keep = async (figures: unknown) => {
    if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`)
  }
  if (isSoak) {
    const result = await soak(minutes, rate, ({ at, heap, rss, handles, redisClients, kept }) =>
      console.error(
        `${Math.round(at)} s: heap ${mb(heap)} MB, RSS ${mb(rss)} MB, ${handles} handles, ${redisClients} Redis clients, ${kept} entries kept`,
      ),
    )
    console.log(soakReport(result))
    await keep(result)
    return result.broken.length > 0 ? 1 : 0
  }
  const results = await playAll(positionals.length === 0 ? Object.keys(SCENARIOS) : positionals, {
    rate,
    seconds,
  })
  console.log(scenarioTable(results))
  await keep(results)
  return results.some(({ broken }) => broken.length > 0) ? 1 : 0
}

const mb = (bytes: number) => (bytes / 1024 / 1024).toFixed(1)

async function playAll(names: readonly string[], timing: Timing): Promise<ScenarioResult[]> {
  const results: ScenarioResult[] = []
  for (const name of names) {
    console.error(`${name}: ${SCENARIOS[name]?.what}`)
    const result = await SCENARIOS[name]
      ?.play(timing)
      .catch((error: unknown) => cannot(name, error instanceof Error ? error.message : String(error)))
    if (result !== undefined) results.push(result)
  }
  return results
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
