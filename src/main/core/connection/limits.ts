import type { KeyLimit } from '#shared/abilities.ts'

/** What is known of what the user of a connection may not do with its keys and channels. */
export class Limits {
  /** By prefix, of those that somebody has looked at. */
  readonly #ofKeys = new Map<string, KeyLimit | null>()
  /** The channels that may not be listened to; null for none. */
  channels: string | null = null

  get prefixes(): readonly string[] {
    return [...this.#ofKeys.keys()]
  }

  get ofKeys(): readonly KeyLimit[] {
    return [...this.#ofKeys.values()].filter((limit) => limit !== null)
  }

  knows(prefix: string): boolean {
    return this.#ofKeys.has(prefix)
  }

  /** Undefined where nobody has asked yet, null for none. */
  of(prefix: string): KeyLimit | null | undefined {
    return this.#ofKeys.get(prefix)
  }

  note(prefix: string, limit: KeyLimit | null): void {
    this.#ofKeys.set(prefix, limit)
  }

  forget(): void {
    this.#ofKeys.clear()
    this.channels = null
  }
}
