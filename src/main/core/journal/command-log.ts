import { createHash } from 'node:crypto'
import type {
  CommandConnection,
  CommandPage,
  CommandReply,
  CommandsChange,
  CommandTotals,
  CommandWord,
} from '#shared/commands.ts'
import type { CommandQuery } from '#shared/contract.ts'
import { knownScript } from '../store/script-catalogue.ts'
import { CommandEntry, isFailure, type SettledOutcome } from './command-entry.ts'
import { canWrite } from './command-kind.ts'
import { currentPurpose, type Purpose } from './command-purpose.ts'
import { Ring } from './command-ring.ts'
import { type Argument, keepWords } from './command-words.ts'

export const COMMAND_LOG_DEFAULTS = {
  /** Entries that are kept, and bytes of them about: what was sent for somebody, and what was sent in the background. */
  commands: 2000,
  bytes: 4 * 1024 * 1024,
  background: 500,
  backgroundBytes: 1024 * 1024,
  /** Commands alike, of one thing that is done, which each have an entry; those after share one. */
  single: 50,
  /** Milliseconds for which commands alike in the background share an entry. */
  gatherFor: 10_000,
  /** Milliseconds between two words of a change, at the least. */
  tickEvery: 200,
} as const

/** A command as the tap sees it: by the time that it was written, so that a script is named as it was sent. */
export interface WrittenCommand {
  readonly connection: CommandConnection
  /** In small letters. */
  readonly name: string
  readonly args: readonly Argument[]
}

/** The commands of one purpose that are alike. */
interface Tally {
  sent: number
  /** Where those are counted that have no entry of their own. */
  shared: CommandEntry | null
}

class Tallies {
  #byPurpose = new WeakMap<Purpose, Map<string, Tally>>()

  of(purpose: Purpose, { name, args }: WrittenCommand): Tally {
    let tallies = this.#byPurpose.get(purpose)
    if (tallies === undefined) {
      tallies = new Map()
      this.#byPurpose.set(purpose, tallies)
    }
    const key = isScriptCall(name) ? name + String(args[0]) : name
    let tally = tallies.get(key)
    if (tally === undefined) {
      tally = { sent: 0, shared: null }
      tallies.set(key, tally)
    }
    return tally
  }

  clear(): void {
    this.#byPurpose = new WeakMap()
  }
}

const NONE = {
  commands: 0,
  writes: 0,
  failed: 0,
  background: 0,
  backgroundFailed: 0,
  /** Those of `commands` that were answered, and the milliseconds that they took. */
  settled: 0,
  took: 0,
}

type Listener = (change: CommandsChange) => void

/**
 * What one connection has sent, without secrets, in two rings: what was sent for somebody, and what the inspector does
 * by itself. That is the same few commands over and over, thousands of them while a million keys are scanned; alike and
 * for the same purpose, they share one entry for ten seconds, so that each costs a look into a map and some sums, and
 * none pushes anything out. So do, from the fifty-first on, the commands alike of one call that sends very many.
 */
export class CommandLog {
  readonly #clock: () => number
  readonly #foreground = new Ring<CommandEntry>(COMMAND_LOG_DEFAULTS.commands, COMMAND_LOG_DEFAULTS.bytes)
  readonly #background = new Ring<CommandEntry>(
    COMMAND_LOG_DEFAULTS.background,
    COMMAND_LOG_DEFAULTS.backgroundBytes,
  )
  /** By what they are sent for, and then by command and script. */
  readonly #tallies = { main: new Tallies(), notifications: new Tallies() }
  #newest = 0
  #sent = { ...NONE }
  readonly #listeners = new Set<Listener>()
  #tick: NodeJS.Timeout | undefined
  #onlyBackground = true

  /** @param clock epoch milliseconds */
  constructor(clock: () => number = Date.now) {
    this.#clock = clock
  }

  /** Notes a command that was just written, or refused. @returns its entry, perhaps with others */
  add(command: WrittenCommand): CommandEntry {
    const purpose = currentPurpose()
    this.#newest += 1
    if (purpose.background) this.#sent.background += 1
    else this.#sent.commands += 1
    const tally = this.#tallies[command.connection].of(purpose, command)
    tally.sent += 1
    const alone = purpose.repeats !== true && tally.sent <= COMMAND_LOG_DEFAULTS.single
    if (alone || tally.shared === null || this.#isOver(tally.shared)) {
      const entry = this.#enter(command, purpose)
      if (!alone) tally.shared = entry
      if (entry.sent.writes && !purpose.background) this.#sent.writes += 1
      this.#changed(purpose.background)
      return entry
    }
    tally.shared.add()
    if (tally.shared.sent.writes && !purpose.background) this.#sent.writes += 1
    this.#changed(purpose.background)
    return tally.shared
  }

  /** One of the entry's commands was answered; see {@link CommandEntry.settle}. */
  settle(
    entry: CommandEntry,
    outcome: SettledOutcome,
    took: number,
    error: string | null,
    reply: CommandReply | null,
  ): void {
    entry.settle(outcome, took, error, reply)
    if (isFailure(outcome)) this.#failed(entry)
    if (!entry.sent.background && (outcome === 'ok' || outcome === 'failed')) {
      this.#sent.settled += 1
      this.#sent.took += took
    }
    this.#changed(entry.sent.background)
  }

  /** What EXEC says of a command that was queued. */
  correct(entry: CommandEntry, error: string | null, reply: CommandReply | null): void {
    if (entry.correct(error, reply)) this.#failed(entry)
  }

  /** The commands that a script says to have run. */
  setRan(entry: CommandEntry, ran: readonly (readonly CommandWord[])[]): void {
    if (this.#isOver(entry)) return
    const more = entry.setRan(ran)
    this.#ring(entry.sent.background).grow(more)
  }

  get totals(): CommandTotals {
    const { settled, took, ...counts } = this.#sent
    return { ...counts, averageMs: settled === 0 ? null : took / settled }
  }

  read(query: CommandQuery): CommandPage {
    const { offset, limit, before = Number.POSITIVE_INFINITY } = query
    const matches = matcher(query)
    const rows: CommandEntry[] = []
    let matched = 0
    let newer = 0
    const withBackground = query.kinds.includes('background')
    for (const entry of newestFirst(this.#foreground, withBackground ? this.#background : null)) {
      if (!matches(entry)) continue
      if (entry.sent.number >= before) {
        newer += 1
        continue
      }
      if (matched >= offset && rows.length < limit) rows.push(entry)
      matched += 1
    }
    const { commands, background } = COMMAND_LOG_DEFAULTS
    return {
      rows: rows.map((entry) => entry.toView()),
      offset,
      matched,
      newer,
      totals: this.totals,
      newest: this.#newest,
      limits: { commands, background },
    }
  }

  /** Forgets everything but the count of commands, which numbers go on from. */
  clear(): void {
    this.#foreground.clear()
    this.#background.clear()
    for (const tallies of Object.values(this.#tallies)) tallies.clear()
    this.#sent = { ...NONE }
    this.#changed(false)
  }

  /** Tells of changes, at most five times a second. @returns what ends that */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
      if (this.#listeners.size > 0) return
      clearTimeout(this.#tick)
      this.#tick = undefined
    }
  }

  #failed(entry: CommandEntry): void {
    if (entry.sent.background) this.#sent.backgroundFailed += 1
    else this.#sent.failed += 1
  }

  #enter({ connection, name, args }: WrittenCommand, purpose: Purpose): CommandEntry {
    const first = args[0] === undefined ? '' : String(args[0])
    const sha = isScriptCall(name) ? shaOf(name, first) : null
    const known = sha === null ? undefined : knownScript(sha)
    const entry = new CommandEntry({
      number: this.#newest,
      at: this.#clock(),
      connection,
      name: name.toUpperCase(),
      words:
        purpose.secret === true
          ? args.map(() => ({ shown: '', left: 'secret', amount: 0 }))
          : keepWords(name, args, known?.argv, known !== undefined),
      script: sha === null ? null : { sha, name: known?.name ?? null },
      purpose: purpose.words,
      background: purpose.background,
      writes: canWrite(name, first, sha),
    })
    this.#ring(purpose.background).push(entry)
    return entry
  }

  #ring(background: boolean): Ring<CommandEntry> {
    return background ? this.#background : this.#foreground
  }

  /** It is kept no more, or has gathered long enough. */
  #isOver({ sent: { number, at, background } }: CommandEntry): boolean {
    const oldest = this.#ring(background).first?.sent.number ?? Number.POSITIVE_INFINITY
    return number < oldest || (background && this.#clock() - at >= COMMAND_LOG_DEFAULTS.gatherFor)
  }

  #changed(background: boolean): void {
    if (this.#listeners.size === 0) return
    this.#onlyBackground &&= background
    this.#tick ??= setTimeout(() => {
      this.#tick = undefined
      const change = { newest: this.#newest, background: this.#onlyBackground }
      this.#onlyBackground = true
      for (const listener of [...this.#listeners]) listener(change)
    }, COMMAND_LOG_DEFAULTS.tickEvery)
  }
}

const isScriptCall = (name: string): boolean => name.startsWith('eval')

const shaOf = (name: string, script: string): string =>
  name.startsWith('evalsha') ? script.toLowerCase() : createHash('sha1').update(script).digest('hex')

function matcher({ text, kinds, failedOnly }: CommandQuery): (entry: CommandEntry) => boolean {
  const wanted = text.trim().toLowerCase()
  const [reads, writes] = [kinds.includes('reads'), kinds.includes('writes')]
  return (entry) => {
    const { background, writes: isWrite } = entry.sent
    if (failedOnly && entry.failed === 0) return false
    // Those in the background are a kind of their own, which is merged in where it is wanted.
    if (!background && !(isWrite ? writes : reads)) return false
    return entry.matches(wanted)
  }
}

function* newestFirst(
  foreground: Ring<CommandEntry>,
  background: Ring<CommandEntry> | null,
): Generator<CommandEntry, void> {
  const others = background?.backwards()
  let other = others?.next().value
  for (const entry of foreground.backwards()) {
    while (other && other.sent.number > entry.sent.number) {
      yield other
      other = others?.next().value
    }
    yield entry
  }
  while (other) {
    yield other
    other = others?.next().value
  }
}
