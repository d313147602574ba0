import { parseArgs } from 'node:util'

/** What a benchmark gives back: text for the reader, and the same figures for machines. */
export interface BenchResult {
  readonly report: string
  readonly figures: unknown
}

/** Each benchmark by its name; it is loaded only when it runs. */
const BENCHMARKS: Readonly<Record<string, { readonly what: string; run(): Promise<BenchResult> }>> = {
  store: {
    what: 'the session store beside a read-then-MULTI store and raw HGETALL',
    run: async () => (await import('./store.ts')).benchStore(),
  },
}

const usage = `npm run bench -- <name> [--json FILE]

${Object.entries(BENCHMARKS)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}

  --json FILE  also write the figures there`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  const [name = ''] = positionals
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined
  if (values.help || benchmark === undefined || positionals.length !== 1) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  const { report, figures } = await benchmark.run()
  console.log(report)
  if (values.json !== undefined) {
    const { writeFile } = await import('node:fs/promises')
    await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`)
  }
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
