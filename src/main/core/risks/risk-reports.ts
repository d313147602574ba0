import type { RedisClient } from '../connection/redis-client.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import type { ListRegistry } from '../index/list-registry.ts'
import { RiskReport } from './risk-report.ts'

export interface RiskReportsOptions {
  readonly client: RedisClient
  readonly lists: ListRegistry
  readonly decoder: Pick<DecoderClient, 'inspect'>
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Told of failures of background work, which nobody waits for. */
  readonly onError: (error: unknown) => void
}

type Listener = (revision: number) => void

interface Entry {
  readonly report: Promise<RiskReport>
  /** Null for one who holds it and does not look. */
  readonly holders: Map<object, Listener | null>
  /** What holds its list. */
  readonly user: object
}

/** The reports of one connection, one for each prefix that somebody holds. */
export class RiskReports {
  readonly #options: RiskReportsOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: RiskReportsOptions) {
    this.#options = options
  }

  /**
   * The report of a prefix. Its list, and what was read for it, stay until the holder lets go.
   * @param listener told when it has changed; null while the holder does not look
   * @throws AppError when the keys cannot be read
   */
  async hold(prefix: string, holder: object, listener: Listener | null): Promise<RiskReport> {
    const entry = this.#entries.get(prefix) ?? this.#open(prefix)
    entry.holders.set(holder, listener)
    const report = await entry.report
    report.setLooked(isLooked(entry))
    return report
  }

  /** The holder looks at none any more, and keeps them. */
  rest(holder: object): void {
    for (const entry of this.#entries.values()) {
      if (!entry.holders.has(holder)) continue
      entry.holders.set(holder, null)
      entry.report.then((report) => report.setLooked(isLooked(entry))).catch(() => {})
    }
  }

  /** The holder lets go of all but that of one prefix. */
  release(holder: object, except?: string): void {
    for (const [prefix, entry] of this.#entries) {
      if (prefix === except || !entry.holders.delete(holder)) continue
      if (entry.holders.size > 0)
        entry.report.then((report) => report.setLooked(isLooked(entry))).catch(() => {})
      else this.#close(prefix, entry)
    }
  }

  stop(): void {
    for (const [prefix, entry] of this.#entries) this.#close(prefix, entry)
  }

  #open(prefix: string): Entry {
    const { client, lists, decoder, clock, onError } = this.#options
    const user = {}
    const holders: Entry['holders'] = new Map()
    let made: RiskReport | null = null
    const report = lists
      .use(prefix, user, () => made?.changed())
      .then((list) => {
        made = new RiskReport({
          client,
          decoder,
          list,
          clock,
          onError,
          onChange: (revision) => {
            for (const tell of holders.values()) tell?.(revision)
          },
        })
        // It was given up before its list had begun.
        if (this.#entries.get(prefix) !== entry) made.stop()
        return made
      })
    const entry: Entry = { report, holders, user }
    this.#entries.set(prefix, entry)
    report.catch(() => {
      if (this.#entries.get(prefix) === entry) this.#close(prefix, entry)
    })
    return entry
  }

  #close(prefix: string, { report, user }: Entry): void {
    this.#entries.delete(prefix)
    report.then((made) => made.stop()).catch(() => {})
    this.#options.lists.release(user)
  }
}

const isLooked = ({ holders }: Entry): boolean => [...holders.values()].some((listener) => listener !== null)
