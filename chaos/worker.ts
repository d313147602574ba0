import { forkSource } from '../scripts/fork-source.ts'

/** A process of its own, which is asked one thing after the other. */
export interface Worker {
  /** @throws Error what it failed with, or that it has ended */
  ask<Reply>(what: string, arg?: unknown): Promise<Reply>
  /** Why it has ended; null while it runs. */
  readonly ended: string | null
  stop(): Promise<void>
}

export interface Question {
  readonly number: number
  readonly what: string
  readonly arg: unknown
}

export type Answer =
  | { readonly number: number; readonly value: unknown }
  | { readonly number: number; readonly error: string }

export function startWorker(name: 'inspector' | 'load', options: unknown): Worker {
  const child = forkSource(new URL(`./workers/${name}.ts`, import.meta.url), [JSON.stringify(options)])
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let number = 0
  let ended: string | null = null
  const exit = new Promise<void>((resolve) =>
    child.once('exit', (code, signal) => {
      ended = `The ${name} process ended (${signal ?? code}).`
      for (const { reject } of waiting.values()) reject(new Error(ended))
      waiting.clear()
      resolve()
    }),
  )
  child.on('message', (answer: Answer) => {
    const asked = waiting.get(answer.number)
    waiting.delete(answer.number)
    if ('error' in answer) asked?.reject(new Error(answer.error))
    else asked?.resolve(answer.value)
  })
  return {
    get ended() {
      return ended
    },
    ask<Reply>(what: string, arg?: unknown) {
      if (ended !== null) return Promise.reject(new Error(ended))
      number += 1
      const question: Question = { number, what, arg }
      const answered = new Promise<unknown>((resolve, reject) =>
        waiting.set(question.number, { resolve, reject }),
      )
      child.send(question)
      return answered as Promise<Reply>
    },
    async stop() {
      if (child.connected) child.disconnect()
      await exit
    },
  }
}

/** The worker's side: answers by name. */
export function answerQuestions(answers: Readonly<Record<string, (arg: never) => unknown>>): void {
  process.on('message', ({ number, what, arg }: Question) => {
    const answer = answers[what]
    Promise.resolve()
      .then(() => {
        if (answer === undefined) throw new Error(`Nobody answers ${what}.`)
        return answer(arg as never)
      })
      .then(
        (value) => process.send?.({ number, value } satisfies Answer),
        (error: unknown) =>
          process.send?.({
            number,
            error: error instanceof Error ? (error.stack ?? error.message) : String(error),
          } satisfies Answer),
      )
  })
  process.on('disconnect', () => process.exit())
}
