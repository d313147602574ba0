import type { ConnectionStatus } from '#shared/model.ts'
import { READINESS_DEFAULTS } from './readiness.ts'

export const RETRY_DEFAULTS = {
  /** Milliseconds before each attempt to come back; the last repeats: a server that is back is met within two seconds. */
  delays: [250, 500, 1000, 1500],
  /** The longest of them where Sentinels may name another master at any moment. */
  sentinelDelay: 1000,
} as const

type LostStatus = Extract<ConnectionStatus, { state: 'lost' }>

/** Milliseconds until the next attempt. */
export function retryDelay({ attempt, notReady, target }: LostStatus): number {
  const { delays, sentinelDelay } = RETRY_DEFAULTS
  if (notReady !== null) return 2 * READINESS_DEFAULTS.lookEvery
  const grown = delays[Math.min(attempt, delays.length - 1)] ?? 0
  return target.deployment === 'sentinel' ? Math.min(grown, sentinelDelay) : grown
}

/** Attempts to come back: one at a time, and the next one at its time. */
export class Attempts {
  #timer: NodeJS.Timeout | undefined
  #underWay: Promise<void> | null = null

  get underWay(): Promise<void> | null {
    return this.#underWay
  }

  /** Where one is under way it is that one. @param attempt never fails */
  run(attempt: () => Promise<void>): Promise<void> {
    if (this.#underWay === null) {
      const running = attempt().finally(() => {
        // One that was left behind says nothing of the attempts after it.
        if (this.#underWay === running) this.#underWay = null
      })
      this.#underWay = running
    }
    return this.#underWay
  }

  /** @param delay milliseconds */
  planNext(attempt: () => Promise<void>, delay: number): void {
    this.#timer = setTimeout(() => void attempt(), delay)
  }

  dropNext(): void {
    clearTimeout(this.#timer)
  }

  /** Leaves one that is under way behind. */
  stop(): void {
    this.dropNext()
    this.#underWay = null
  }
}
