/** One clock for everything that counts on the screen. */
export interface Clock {
  now(): number
  /** Calls `listener` at each tick, until what it returns is called. */
  subscribe(listener: (now: number) => void): () => void
}

export interface Timers {
  now(): number
  setTimeout(run: () => void, milliseconds: number): unknown
  clearTimeout(timer: unknown): void
}

const realTimers: Timers = {
  now: () => Date.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
}

/**
 * Ticks on the full second, and only while somebody listens. A timeout that is set anew at each tick cannot drift
 * the way an interval does, and after a sleep of the machine it is right again at once.
 */
export function createClock(timers: Timers = realTimers): Clock {
  const listeners = new Set<(now: number) => void>()
  let timer: unknown = null

  const schedule = () => {
    timer = timers.setTimeout(tick, 1000 - (timers.now() % 1000))
  }
  const tick = () => {
    const now = timers.now()
    for (const listener of [...listeners]) listener(now)
    if (listeners.size > 0) schedule()
    else timer = null
  }
  return {
    now: () => timers.now(),
    subscribe(listener) {
      listeners.add(listener)
      if (timer === null) schedule()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0 && timer !== null) {
          timers.clearTimeout(timer)
          timer = null
        }
      }
    },
  }
}
