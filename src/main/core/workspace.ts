import type { PinnedSession, TimelineAuthor } from '#shared/timeline.ts'
import type { Connection } from './connection/connection.ts'
import type { RedisClient } from './connection/redis-client.ts'
import type { DecoderClient } from './formats/decoder-client.ts'
import type { RowDecoder } from './index/key-reader.ts'
import { ListRegistry, type ListRegistryOptions } from './index/list-registry.ts'
import type { CommandLog } from './journal/command-log.ts'
import { Pins } from './journal/pins.ts'
import { Timelines } from './journal/timelines.ts'
import { RiskReports } from './risks/risk-reports.ts'
import { SessionStore, type SessionStoreOptions } from './store/session-store.ts'

export interface WorkspaceOptions extends Omit<ListRegistryOptions, 'observerOf'> {
  /** @default nobody is told */
  readonly onPins?: (pins: readonly PinnedSession[]) => void
  /** Also looks at values for the reports on risks. @default nobody can, so that all count as undecoded */
  readonly decoder?: RowDecoder & Inspector
}

type Inspector = Pick<DecoderClient, 'inspect'>

const NO_INSPECTOR: Inspector = {
  inspect: async (stored) => stored.map(() => null),
}

/** Commands of the store's scripts that change nothing. */
const READING = /^(HGET|HMGET|HGETALL|PTTL|TTL|EXISTS|TYPE)\b/

/** All that belongs to one connection, and ends with it: its lists, their timelines and its stores. */
export class Workspace {
  readonly client: RedisClient
  readonly lists: ListRegistry
  readonly timelines: Timelines
  readonly pins: Pins
  readonly risks: RiskReports
  /** Null where nobody notes what is sent. */
  readonly commands: CommandLog | null

  constructor(connection: Connection, { onPins, ...options }: WorkspaceOptions) {
    this.client = connection.client
    this.commands = connection.commands ?? null
    this.timelines = new Timelines(options)
    this.lists = new ListRegistry(connection, {
      ...options,
      observerOf: (prefix) => this.timelines.of(prefix),
    })
    const decoder = options.decoder ?? NO_INSPECTOR
    this.risks = new RiskReports({ ...options, client: connection.client, lists: this.lists, decoder })
    this.pins = new Pins(this.lists, onPins ?? (() => {}))
  }

  /** A session store; what it changes shows in the lists at once, with or without notifications. */
  createStore(options: Omit<SessionStoreOptions, 'client'>, by: TimelineAuthor = 'inspector'): SessionStore {
    const store = new SessionStore({ client: this.client, ...options })
    store.subscribe(({ operation, keys, found, commands }) => {
      const [from, to] = keys
      const wrote = found && commands.some((line) => !READING.test(line))
      for (const key of keys) {
        if (wrote) this.wrote(key, by)
        else this.lists.hint(key)
      }
      if (wrote && operation === 'rotateSession' && from !== undefined && to !== undefined)
        this.timelines.rotated(from, to)
    })
    return store
  }

  /** A key was written from here, by whatever means. */
  wrote(key: string | Buffer, by: TimelineAuthor = 'inspector'): void {
    this.timelines.wroteKey(key, by)
    this.lists.hint(key)
  }

  stop(): void {
    this.risks.stop()
    this.lists.stop()
    this.timelines.stop()
  }
}
