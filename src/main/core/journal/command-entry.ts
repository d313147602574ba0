import type {
  CommandConnection,
  CommandOutcome,
  CommandReply,
  CommandWord,
  LoggedCommand,
} from '#shared/commands.ts'
import { shownLine } from '#shared/redis-cli.ts'
import { sizeOfWord } from './command-words.ts'

export type SettledOutcome = Exclude<CommandOutcome, 'waiting'>

/** What does not change of an entry. */
export interface Sent {
  readonly number: number
  readonly at: number
  readonly connection: CommandConnection
  readonly name: string
  readonly words: readonly CommandWord[]
  readonly script: LoggedCommand['script']
  readonly purpose: string
  readonly background: boolean
  readonly writes: boolean
}

export const isFailure = (outcome: CommandOutcome): boolean =>
  outcome === 'failed' || outcome === 'refused' || outcome === 'unsent'

/** What an entry takes beside its words, in bytes, about. */
const OWN_BYTES = 400

/** One command of the log, or several alike. */
export class CommandEntry {
  readonly sent: Sent
  /** About what it takes in memory. */
  bytes: number
  #count = 1
  #failed = 0
  #settled = 0
  #total = 0
  #longest = 0
  #outcome: CommandOutcome = 'waiting'
  #error: string | null = null
  #reply: CommandReply | null = null
  #ran: readonly (readonly CommandWord[])[] = []
  /** What is searched; formatted when somebody looks for the first time. */
  #text: string | null = null

  constructor(sent: Sent) {
    this.sent = sent
    this.bytes = OWN_BYTES + sizeOfWords(sent.words)
  }

  get count(): number {
    return this.#count
  }

  get failed(): number {
    return this.#failed
  }

  /** A further command like it was sent. */
  add(): void {
    this.#count += 1
  }

  /**
   * One of them was answered. No objects: while keys are scanned this runs a hundred thousand times a second.
   * @param took milliseconds
   */
  settle(outcome: SettledOutcome, took: number, error: string | null, reply: CommandReply | null): void {
    this.#settled += 1
    this.#total += took
    if (took > this.#longest) this.#longest = took
    this.#tell(outcome, error, reply)
  }

  /**
   * What EXEC says of a command that was queued, whose time is that of the queueing.
   * @returns whether it turns out to have failed
   */
  correct(error: string | null, reply: CommandReply | null): boolean {
    if (this.#settled === 0) return false
    this.#tell(error === null ? 'ok' : 'failed', error, reply)
    return error !== null
  }

  /** The last word is that of the last one, or of the last that failed, where one has. */
  #tell(outcome: SettledOutcome, error: string | null, reply: CommandReply | null): void {
    const failed = isFailure(outcome)
    if (failed) {
      this.#failed += 1
      this.#text = null
    } else if (this.#failed > 0) {
      return
    }
    this.#outcome = outcome
    this.#error = error
    this.#reply = reply
  }

  /** @returns the bytes that it takes more */
  setRan(ran: readonly (readonly CommandWord[])[]): number {
    // Of several those of the first, as its words are.
    if (this.#ran.length > 0) return 0
    this.#ran = ran
    this.#text = null
    const more = ran.reduce((sum, words) => sum + sizeOfWords(words), 0)
    this.bytes += more
    return more
  }

  /** Whether it has this text, in small letters, in its command, its script or its purpose. */
  matches(text: string): boolean {
    if (text === '') return true
    this.#text ??= [
      shownLine([this.sent.name, ...this.sent.words]),
      this.sent.script?.name ?? '',
      this.sent.purpose,
      this.#error ?? '',
      ...this.#ran.map(shownLine),
    ]
      .join('\n')
      .toLowerCase()
    return this.#text.includes(text)
  }

  toView(): LoggedCommand {
    return {
      ...this.sent,
      ran: this.#ran,
      count: this.#count,
      failed: this.#failed,
      outcome: this.#outcome,
      averageMs: this.#settled === 0 ? null : this.#total / this.#settled,
      longestMs: this.#settled === 0 ? null : this.#longest,
      error: this.#error,
      reply: this.#reply,
    }
  }
}

const sizeOfWords = (words: readonly CommandWord[]): number =>
  words.reduce((sum: number, word) => sum + sizeOfWord(word), 0)
