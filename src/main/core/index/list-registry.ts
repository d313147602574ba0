import { AppError } from '#shared/errors.ts'
import type { ListProgress } from '#shared/model.ts'
import { toBinary } from '../bytes.ts'
import type { Connection } from '../connection/connection.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import { openFeed } from './cluster-feed.ts'
import type { RowDecoder } from './key-reader.ts'
import { channelsOf, type KeyspaceFeed } from './keyspace-feed.ts'
import type { ListObserver } from './list-observer.ts'
import { SessionList } from './session-list.ts'

export interface ListRegistryOptions {
  readonly clock: () => number
  /** Told of failures of background work, which nobody waits for. */
  readonly onError: (error: unknown) => void
  /**
   * The server would send notifications, but not to this user: the lists poll.
   * @param missing the channels, as a glob, or the command that this user lacks; null where it is neither
   */
  readonly onNotPushed: (missing: { readonly channels: string } | { readonly command: string } | null) => void
  /** Decodes other libraries' sessions. @default what only its worker may decode stays unknown */
  readonly decoder?: RowDecoder | undefined
  /** Who is told of what happens to the sessions of a prefix. @default nobody */
  readonly observerOf?: (prefix: string) => ListObserver
}

type ProgressListener = (progress: ListProgress) => void

interface Entry {
  readonly list: SessionList
  readonly started: Promise<void>
  readonly users: Map<object, ProgressListener>
}

/** The lists of one connection, one for each prefix that somebody looks at. */
export class ListRegistry {
  readonly #options: ListRegistryOptions
  readonly #entries = new Map<string, Entry>()
  #connection: Connection
  #feed: Promise<KeyspaceFeed | null>
  /** Rises when the connection is lost, is back or is given up; a feed asked for before then comes too late. */
  #generation = 0
  #stopped = false

  constructor(connection: Connection, options: ListRegistryOptions) {
    this.#options = options
    this.#connection = connection
    this.#feed = this.#openFeed()
  }

  /**
   * The list of a prefix, started when nobody had it yet; `user` is told of its progress until it is released.
   * @throws AppError when its keys cannot be read; `not_connected` when the connection was given up meanwhile: a list that
   * began then would never end
   */
  async use(prefix: string, user: object, listener: ProgressListener): Promise<SessionList> {
    if (this.#stopped) {
      throw new AppError(
        'not_connected',
        'This connection was given up meanwhile. Ask again once you are connected.',
      )
    }
    const entry = this.#entries.get(prefix) ?? this.#open(prefix)
    entry.users.set(user, listener)
    await entry.started
    return entry.list
  }

  /** The list of a prefix, if somebody has it. */
  get(prefix: string): SessionList | undefined {
    return this.#entries.get(prefix)?.list
  }

  /** The user needs no list any more, except that of one prefix. */
  release(user: object, except?: string): void {
    for (const [prefix, { list, users }] of this.#entries) {
      if (prefix === except || !users.delete(user)) continue
      list.forget(user)
      if (users.size > 0) continue
      list.stop()
      this.#entries.delete(prefix)
    }
  }

  /** The user keeps its lists, but looks at no row of them until it asks for a window again. */
  rest(user: object): void {
    for (const { list, users } of this.#entries.values()) if (users.has(user)) list.forget(user)
  }

  /** We have written this key: the lists that it belongs to read it, and at once where it is watched. */
  hint(key: string | Buffer): void {
    const bytes = Buffer.from(key)
    for (const [prefix, { list }] of this.#entries) {
      const start = Buffer.from(prefix)
      if (!bytes.subarray(0, start.length).equals(start)) continue
      const id = toBinary(bytes.subarray(start.length))
      list.hint([id])
      list.watches.refresh([id])
    }
  }

  pause(): void {
    this.#generation += 1
    for (const { list } of this.#entries.values()) list.pause()
  }

  /** The connection is back. */
  resume(connection: Connection): void {
    this.#connection = connection
    this.#stopFeed()
    this.#generation += 1
    const generation = this.#generation
    this.#feed = this.#openFeed()
    for (const { list } of this.#entries.values()) {
      this.#feed
        .then((feed) => (generation === this.#generation ? list.resume(feed) : undefined))
        .catch(this.#options.onError)
    }
  }

  stop(): void {
    this.#stopped = true
    this.#generation += 1
    for (const { list } of this.#entries.values()) list.stop()
    this.#entries.clear()
    this.#stopFeed()
  }

  #open(prefix: string): Entry {
    const { clock, onError } = this.#options
    const users = new Map<object, ProgressListener>()
    const list = new SessionList({
      client: this.#connection.client,
      prefix,
      clock,
      onError,
      decoder: this.#options.decoder,
      observer: this.#options.observerOf?.(prefix) ?? null,
      onNotPushed: () =>
        this.#options.onNotPushed({ channels: channelsOf(this.#connection.target.db, prefix) }),
      onChange: (progress) => {
        for (const tell of users.values()) tell(progress)
      },
    })
    const started = this.#feed.then((feed) => list.start(feed))
    const entry = { list, started, users }
    this.#entries.set(prefix, entry)
    started.catch(() => {
      list.stop()
      if (this.#entries.get(prefix) === entry) this.#entries.delete(prefix)
    })
    return entry
  }

  async #openFeed(): Promise<KeyspaceFeed | null> {
    if (this.#connection.live === 'polling') return null
    const generation = this.#generation
    const onHealth = (healthy: boolean) => {
      // What happened while nobody was told is found by a new pass.
      if (healthy) for (const { list } of this.#entries.values()) list.rescan().catch(this.#options.onError)
    }
    try {
      const { client, target, commands } = this.#connection
      const onRefused = () => {
        if (generation === this.#generation) this.#options.onNotPushed(null)
      }
      return await doFor(BACKGROUND.feed, () => openFeed(client, target, onHealth, onRefused, commands))
    } catch (error) {
      const refused = error instanceof Error && /^NOPERM.* run .*psubscribe/i.test(error.message)
      if (generation === this.#generation)
        this.#options.onNotPushed(refused ? { command: 'PSUBSCRIBE' } : null)
      return null
    }
  }

  #stopFeed(): void {
    this.#feed.then((feed) => feed?.stop()).catch(() => {})
  }
}
