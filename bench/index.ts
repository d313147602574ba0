import { parseArgs } from 'node:util'

/** What a benchmark gives back: text for the reader, and the same figures for machines. */
export interface BenchResult {
  readonly report: string
  readonly figures: unknown
}

interface BenchOptions {
  /** Numbers of sessions, one after the other. */
  readonly sizes: readonly number[]
  /** Of all libraries' formats, beside our own. */
  readonly mixed: boolean
}

/** Each benchmark by its name; it is loaded only when it runs. */
const BENCHMARKS: Readonly<
  Record<string, { readonly what: string; run(options: BenchOptions): Promise<BenchResult> }>
> = {
  store: {
    what: 'the session store beside a read-then-MULTI store and raw HGETALL',
    run: async () => (await import('./store.ts')).benchStore(),
  },
  index: {
    what: 'the list of --sessions beside redis-cli --scan and a scan by hand; --mixed: of all libraries beside our own',
    run: async ({ sizes, mixed }) =>
      mixed ? (await import('./mixed.ts')).benchMixed(sizes) : (await import('./list.ts')).benchList(sizes),
  },
  impact: {
    what: 'what another client notices of the inspector on --sessions',
    run: async ({ sizes }) => (await import('./impact.ts')).benchImpact(sizes[0] ?? DEFAULT_SESSIONS),
  },
  scroll: {
    what: 'frames while the page scrolls through --sessions, in the built web host',
    run: async ({ sizes }) => (await import('./scroll.ts')).benchScroll(sizes[0] ?? DEFAULT_SESSIONS),
  },
  bulk: {
    what: 'deleting --sessions and taking it back, beside redis-cli --scan | xargs redis-cli unlink',
    run: async ({ sizes }) => (await import('./bulk.ts')).benchBulk(sizes[0] ?? DEFAULT_SESSIONS),
  },
  live: {
    what: 'from a change in Redis to the changed pixel, in the built web host',
    run: async () => (await import('./live.ts')).benchLive(),
  },
}

const DEFAULT_SESSIONS = 100_000
const DEFAULT_MIXED = 1_000_000

const usage = `npm run bench -- <name> [--mixed] [--sessions N[,N…]] [--json FILE]

${Object.entries(BENCHMARKS)
  .map(([name, { what }]) => `  ${name.padEnd(8)} ${what}`)
  .join('\n')}

  --sessions N  how many, ${DEFAULT_SESSIONS} by default, ${DEFAULT_MIXED} with --mixed; index takes several, with commas between
  --mixed       index alone: sessions of every library's format, beside as many of our own on the same server
  --json FILE   also write the figures there`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sessions: { type: 'string' },
      mixed: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  const { mixed, sessions = String(mixed ? DEFAULT_MIXED : DEFAULT_SESSIONS) } = values
  const sizes = sessions.split(',').map(Number)
  const [name = ''] = positionals
  const benchmark = Object.hasOwn(BENCHMARKS, name) ? BENCHMARKS[name] : undefined
  if (values.help || benchmark === undefined || positionals.length !== 1) {
    console.log(usage)
    return values.help ? 0 : 2
  }
  if (!sizes.every((size) => Number.isInteger(size) && size > 0)) {
    console.error(`--sessions takes whole numbers above 0, not ${sessions}.`)
    return 2
  }
  if (mixed && name !== 'index') {
    console.error(`--mixed goes with index, not with ${name}.`)
    return 2
  }
  const { report, figures } = await benchmark.run({ sizes, mixed })
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
