export interface Debounced<T> {
  /** Hands the value over after the pause; a further value starts the pause anew. */
  push(value: T): void
  /** Hands the value over now and forgets what waited. */
  flush(value: T): void
  cancel(): void
}

/** Waits until `pause` milliseconds have passed without a further value. */
export function debounce<T>(pause: number, deliver: (value: T) => void): Debounced<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const cancel = () => clearTimeout(timer)
  return {
    push(value) {
      cancel()
      timer = setTimeout(() => deliver(value), pause)
    },
    flush(value) {
      cancel()
      deliver(value)
    },
    cancel,
  }
}
