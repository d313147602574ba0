import { type Bytes, bytesId } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type { PinnedSession } from '#shared/timeline.ts'
import type { ListRegistry } from '../index/list-registry.ts'
import { TIMELINE_LIMITS } from './defaults.ts'

interface Pin {
  readonly session: PinnedSession
  /** Ends its watch; a pin that was taken out before it began has ended. */
  stop: () => void
  ended: boolean
}

/** Sessions that are watched for as long as the connection lives, whichever is selected. */
export class Pins {
  readonly #lists: ListRegistry
  readonly #onChange: (pins: readonly PinnedSession[]) => void
  readonly #pins = new Map<string, Pin>()
  /** Holds the list of a prefix while a session of it is pinned. */
  readonly #holders = new Map<string, object>()

  constructor(lists: ListRegistry, onChange: (pins: readonly PinnedSession[]) => void) {
    this.#lists = lists
    this.#onChange = onChange
  }

  /** In the order in which they were pinned. */
  get all(): readonly PinnedSession[] {
    return [...this.#pins.values()].map(({ session }) => session)
  }

  /** Resolves when the session is watched. @throws AppError, also where there are too many; then it is not pinned */
  async pin(prefix: string, id: Bytes): Promise<void> {
    const key = pinKey(prefix, id)
    if (this.#pins.has(key)) return
    if (this.#pins.size >= TIMELINE_LIMITS.pins) {
      throw new AppError(
        'invalid_argument',
        `At most ${TIMELINE_LIMITS.pins} sessions can be pinned, since each is read whole at every change. Unpin one first.`,
      )
    }
    const pin: Pin = { session: { prefix, id }, stop: () => {}, ended: false }
    this.#pins.set(key, pin)
    this.#onChange(this.all)
    const holder = this.#holders.get(prefix) ?? {}
    this.#holders.set(prefix, holder)
    try {
      const list = await this.#lists.use(prefix, holder, () => {})
      const { stop } = await list.watch(id, () => {})
      if (pin.ended) stop()
      else pin.stop = stop
    } catch (error) {
      if (this.#pins.get(key) === pin) this.unpin(prefix, id)
      throw error
    }
  }

  unpin(prefix: string, id: Bytes): void {
    const key = pinKey(prefix, id)
    const pin = this.#pins.get(key)
    if (pin === undefined) return
    pin.ended = true
    pin.stop()
    this.#pins.delete(key)
    const holder = this.#holders.get(prefix)
    if (holder !== undefined && !this.all.some((other) => other.prefix === prefix)) {
      this.#holders.delete(prefix)
      this.#lists.release(holder)
    }
    this.#onChange(this.all)
  }
}

const pinKey = (prefix: string, id: Bytes): string => JSON.stringify([prefix, bytesId(id)])
