import { setTimeout as wait } from 'node:timers/promises'
import type { RedisClient } from '../connection/redis-client.ts'
import { watchOthers } from '../index/other-clients.ts'
import { Pace } from '../index/pace.ts'

/** What a call came to. */
export interface CallResult<T> {
  readonly value: T
  /** Keys that it worked on. */
  readonly keys: number
  /** Milliseconds of the server's time; null where it does not tell. */
  readonly served: number | null
}

/** Calls that follow each other, each as large as the server bears without making others wait. */
export class PacedCalls {
  readonly #client: RedisClient
  readonly #pace = new Pace()
  readonly #stopWatching: () => void
  #roundTrip: Promise<void> | null = null
  /** Until when the server is left alone. */
  #restUntil = 0

  constructor(client: RedisClient) {
    this.#client = client
    this.#stopWatching = watchOthers(client, (alone) => {
      this.#pace.alone = alone
    })
  }

  /** How many keys the next call is best made for. */
  get count(): number {
    return this.#pace.count
  }

  /** Rests first, for as long as the call before asks for. @throws what the call throws */
  async run<T>(call: () => Promise<CallResult<T>>): Promise<T> {
    this.#roundTrip ??= this.#measureRoundTrip()
    await this.#roundTrip
    const rest = this.#restUntil - performance.now()
    if (rest > 0) await wait(rest)
    const began = performance.now()
    const { value, keys, served } = await call()
    const time = { took: performance.now() - began, served }
    if (keys > 0) this.#pace.measured(keys, time)
    this.#restUntil = performance.now() + this.#pace.pause(time)
    return value
  }

  stop(): void {
    this.#stopWatching()
  }

  async #measureRoundTrip(): Promise<void> {
    const began = performance.now()
    // A refusal comes as fast as an answer.
    await this.#client.ping().catch(() => {})
    this.#pace.roundTrip = performance.now() - began
  }
}
