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
