import type { Bytes } from '#shared/bytes.ts'
import type { SessionDetail } from '#shared/model.ts'
import { fromBytes, toBinary } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { BACKGROUND, doFor } from '../journal/command-purpose.ts'
import type { ListObserver } from './list-observer.ts'
import { sameExpiry } from './row-table.ts'
import { readSessionDetail } from './session-detail.ts'

export interface SessionWatchesOptions {
  readonly client: RedisClient
  readonly prefix: string
  readonly clock: () => number
  readonly onError: (error: unknown) => void
  /** Told of whatever was read. */
  readonly observer?: ListObserver | null
}

type DetailListener = (detail: SessionDetail | null) => void

interface Watch {
  readonly id: Bytes
  readonly listener: DetailListener
  last: SessionDetail | null
  /** A reading is under way; `again` asks for one more after it. */
  busy: boolean
  again: boolean
  /** Nobody asks any more: what is still being read is not told. */
  stopped: boolean
}

/** Sessions that somebody has open: read whole, and told of when anything in them changed. */
export class SessionWatches {
  readonly #options: SessionWatchesOptions
  readonly #watches = new Map<string, Set<Watch>>()

  constructor(options: SessionWatchesOptions) {
    this.#options = options
  }

  /**
   * Reads a session and watches it from then on.
   * @returns what it is now, null when there is none, and what ends the watch
   * @throws AppError; then nothing is watched
   */
  async add(
    id: Bytes,
    listener: DetailListener,
  ): Promise<{ detail: SessionDetail | null; stop: () => void }> {
    const watch: Watch = {
      id,
      listener,
      last: await this.#read(id),
      busy: false,
      again: false,
      stopped: false,
    }
    const key = toBinary(fromBytes(id))
    const watches = this.#watches.get(key) ?? new Set()
    this.#watches.set(key, watches.add(watch))
    const stop = () => {
      watch.stopped = true
      watches.delete(watch)
      if (watches.size === 0 && this.#watches.get(key) === watches) this.#watches.delete(key)
    }
    return { detail: watch.last, stop }
  }

  /** Reads the watched ones among these ids again (all when none are given) and tells of changes. */
  refresh(keys: Iterable<string> = this.#watches.keys()): void {
    if (this.#watches.size === 0) return
    for (const key of [...keys]) {
      for (const watch of this.#watches.get(key) ?? []) {
        doFor(BACKGROUND.open, () => this.#refresh(watch)).catch(this.#options.onError)
      }
    }
  }

  async #refresh(watch: Watch): Promise<void> {
    if (watch.busy) {
      watch.again = true
      return
    }
    watch.busy = true
    try {
      do {
        watch.again = false
        const detail = await this.#read(watch.id)
        if (watch.stopped) return
        if (sameDetail(watch.last, detail)) continue
        watch.last = detail
        watch.listener(detail)
      } while (watch.again)
    } finally {
      watch.busy = false
    }
  }

  /** Reads a session once more, for the observer alone. @throws AppError */
  async look(id: Bytes): Promise<void> {
    await this.#read(id)
  }

  async #read(id: Bytes): Promise<SessionDetail | null> {
    const { client, prefix, clock, observer } = this.#options
    const mark = observer?.mark() ?? 0
    const detail = await readSessionDetail(client, prefix, id, clock)
    observer?.read(toBinary(fromBytes(id)), mark, detail)
    return detail
  }
}

function sameDetail(a: SessionDetail | null, b: SessionDetail | null): boolean {
  if (a === null || b === null) return a === b
  return (
    sameExpiry(a.expiresAt, b.expiresAt) &&
    a.fields.every((field, at) => sameExpiry(field.expiresAt, b.fields[at]?.expiresAt ?? null)) &&
    withoutExpiries(a) === withoutExpiries(b)
  )
}

const withoutExpiries = (detail: SessionDetail): string =>
  JSON.stringify({
    ...detail,
    expiresAt: null,
    fields: detail.fields.map((field) => ({ ...field, expiresAt: null })),
  })
