/** Names that are counted one by one; further ones are counted together. */
const MOST = 10_000

/** How often each name was met. */
export class Counts {
  readonly #counts = new Map<string, number>()

  add(name: string): void {
    const known = this.#counts.get(name)
    if (known !== undefined || this.#counts.size < MOST) this.#counts.set(name, (known ?? 0) + 1)
  }

  /** The most frequent first. */
  top(most: number): { readonly names: readonly (readonly [string, number])[]; readonly more: number } {
    const all = [...this.#counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    return { names: all.slice(0, most), more: Math.max(0, all.length - most) }
  }
}
