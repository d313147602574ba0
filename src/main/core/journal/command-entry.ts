import type {
  CommandConnection,
  CommandOutcome,
  CommandReply,
  CommandWord,
  LoggedCommand,
} from '#shared/commands.ts'
import { shownLine } from '#shared/redis-cli.ts'
import { sizeOfWord } from './command-words.ts'

/** What came of one command. */
export interface Settled {
  readonly outcome: Exclude<CommandOutcome, 'waiting'>
  /** Milliseconds. */
  readonly took: number
  readonly error: string | null
  readonly reply: CommandReply | null
}

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
  #last: Settled | null = null
  #lastFailed: Settled | null = null
  #ran: readonly (readonly CommandWord[])[] = []
  /** What is searched; formatted when somebody looks for the first time. */
  #text: string | null = null

  constructor(sent: Sent) {
    this.sent = sent
    this.bytes = OWN_BYTES + sizeOfWords(sent.words)
  }

  get failed(): number {
    return this.#failed
  }

  /** A further command like it was sent. */
  add(): void {
    this.#count += 1
  }

  settle(settled: Settled): void {
    this.#settled += 1
    this.#total += settled.took
    this.#longest = Math.max(this.#longest, settled.took)
    this.#last = settled
    if (!isFailure(settled.outcome)) return
    this.#failed += 1
    this.#lastFailed = settled
    this.#text = null
  }

  /**
   * What EXEC says of a command that was queued, whose time is that of the queueing.
   * @returns whether it turns out to have failed
   */
  correct(error: string | null, reply: CommandReply | null): boolean {
    if (this.#last === null) return false
    this.#last = { ...this.#last, error, reply, outcome: error === null ? 'ok' : 'failed' }
    if (error === null) return false
    this.#failed += 1
    this.#lastFailed = this.#last
    this.#text = null
    return true
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
      this.#lastFailed?.error ?? '',
      ...this.#ran.map(shownLine),
    ]
      .join('\n')
      .toLowerCase()
    return this.#text.includes(text)
  }

  toView(): LoggedCommand {
    const told = this.#lastFailed ?? this.#last
    return {
      ...this.sent,
      ran: this.#ran,
      count: this.#count,
      failed: this.#failed,
      outcome: told?.outcome ?? 'waiting',
      averageMs: this.#settled === 0 ? null : this.#total / this.#settled,
      longestMs: this.#settled === 0 ? null : this.#longest,
      error: told?.error ?? null,
      reply: told?.reply ?? null,
    }
  }
}

const sizeOfWords = (words: readonly CommandWord[]): number =>
  words.reduce((sum: number, word) => sum + sizeOfWord(word), 0)
