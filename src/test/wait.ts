import { setTimeout as delay } from 'node:timers/promises'

/**
 * Asks again and again until it does not throw any more: for what is used outside of vitest too, which has its own.
 * @param timeout milliseconds until the last error is thrown
 */
export async function waitFor<T>(check: () => T | Promise<T>, timeout: number, interval = 50): Promise<T> {
  const end = Date.now() + timeout
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() >= end) throw error
      await delay(interval)
    }
  }
}
