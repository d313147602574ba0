import type { Redis } from 'ioredis'
import type { CommandConnection, CommandReply, CommandWord } from '#shared/commands.ts'
import { AppError } from '#shared/errors.ts'
import { knownScript } from '../store/script-catalogue.ts'
import type { CommandEntry, SettledOutcome } from './command-entry.ts'
import type { CommandLog } from './command-log.ts'
import { type Argument, keepWords } from './command-words.ts'

/** Characters of an error that are kept, and commands of a script. */
const ERROR_CHARACTERS = 300
const MOST_RAN = 30

/**
 * Notes every command of a client in the log. It stands where they all pass, around whatever else stands there, so that
 * it sees what the read-only guard refuses too.
 */
export function tapCommands(client: Redis, connection: CommandConnection, log: CommandLog): void {
  const send = client.sendCommand.bind(client)
  /** What was sent since MULTI. */
  let transaction: Tapped[] | null = null

  client.sendCommand = (command, stream) => {
    const tapped = new Tapped(log)
    const { resolve, reject } = command
    command.resolve = (reply: unknown) => {
      tapped.answered(reply)
      return resolve(reply)
    }
    command.reject = (error) => {
      tapped.failed(error)
      // A cluster's client may send it on to another node: that is noted as another one.
      command.isTraced = false
      return reject(error)
    }
    const promise = send(command, stream)
    // What waits for a connection passes here once more, when there is one.
    if (!command.isTraced && !command.isSettled) return promise
    // Only now is it known as what a script was sent: ioredis decides that when it writes it.
    const name = command.name.toLowerCase()
    tapped.entered(log.add({ connection, name, args: command.args as readonly Argument[] }), command)
    if (name === 'multi') transaction = []
    else if (name === 'exec' || name === 'discard') {
      tapped.transaction = transaction
      transaction = null
    } else transaction?.push(tapped)
    return promise
  }
}

/** One command on its way. */
class Tapped {
  /** Of an EXEC, what it answers for. */
  transaction: readonly Tapped[] | null = null
  readonly #log: CommandLog
  readonly #began = performance.now()
  #entry: CommandEntry | null = null
  /** What comes after the first answer is for the same command as another node got it. */
  #settled = false
  /** Why it was never written: that came before the entry. */
  #unwritten: Error | null = null
  #traced = false

  constructor(log: CommandLog) {
    this.#log = log
  }

  entered(entry: CommandEntry, { isTraced }: { readonly isTraced: boolean }): void {
    this.#entry = entry
    const { script } = entry.sent
    this.#traced = script !== null && knownScript(script.sha)?.traced === true
    if (this.#unwritten !== null) this.failed(this.#unwritten, !isTraced)
  }

  answered(reply: unknown): void {
    const entry = this.#entry
    if (entry === null || this.#settled) return
    this.#settled = true
    // Of many alike nobody asks what each was answered.
    const told = entry.count === 1 ? this.#describe(reply) : null
    this.#log.settle(entry, 'ok', performance.now() - this.#began, null, told)
    if (this.#traced && Array.isArray(reply)) this.#log.setRan(entry, ranOf(reply[1]))
    if (this.transaction !== null && Array.isArray(reply)) {
      for (const [at, tapped] of this.transaction.entries()) tapped.executed(reply[at])
    }
  }

  failed(error: Error, unwritten = false): void {
    if (this.#entry === null) {
      this.#unwritten = error
      return
    }
    if (this.#settled) return
    this.#settled = true
    const outcome = outcomeOf(error)
    const took = performance.now() - this.#began
    const told = outcome === 'failed' && unwritten ? 'unsent' : outcome
    this.#log.settle(this.#entry, told, took, firstLine(error.message), null)
  }

  /** What EXEC says came of it. */
  executed(reply: unknown): void {
    if (this.#entry === null) return
    const error = reply instanceof Error ? firstLine(reply.message) : null
    this.#log.correct(this.#entry, error, error === null ? this.#describe(reply) : null)
  }

  #describe(reply: unknown): CommandReply {
    if (typeof reply === 'number' || typeof reply === 'bigint') {
      const hides =
        this.#entry?.sent.words.some((word) => typeof word !== 'string' && 'left' in word) !== false
      return { kind: 'number', size: hides ? null : Number(reply) }
    }
    if (typeof reply === 'string' || Buffer.isBuffer(reply)) {
      return { kind: 'text', size: Buffer.byteLength(reply) }
    }
    return Array.isArray(reply) ? { kind: 'items', size: reply.length } : { kind: 'nothing', size: 0 }
  }
}

function outcomeOf(error: Error): SettledOutcome {
  if (error instanceof AppError && error.code === 'read_only') return 'refused'
  return /^(NOSCRIPT|ERR unknown (sub)?command)/.test(error.message) ? 'unknown' : 'failed'
}

/** Redis repeats the arguments of a command that it does not know. */
function firstLine(message: string): string {
  const [line = ''] = message.replace(/,? with args beginning with:[\s\S]*$/, '').split('\n', 1)
  return line.length > ERROR_CHARACTERS ? `${line.slice(0, ERROR_CHARACTERS).toWellFormed()}…` : line
}

/** What `traced` in script.ts answers second. */
function ranOf(commands: unknown): readonly (readonly CommandWord[])[] {
  if (!Array.isArray(commands)) return []
  return commands.slice(0, MOST_RAN).map((command: unknown) => {
    const [name = '', ...args] = (Array.isArray(command) ? command : []) as readonly Argument[]
    return [String(name), ...keepWords(String(name).toLowerCase(), args)]
  })
}
