import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type {
  FieldDifference,
  HistoryEntry,
  HistoryOutcome,
  HistoryStatus,
  UndoConflict,
} from '#shared/history.ts'
import { RESERVED_FIELDS } from '#shared/model.ts'
import { toBytes } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { trimUtf8 } from '../index/fresh-row.ts'
import type { KeyChange, KeyState } from '../store/key-state.ts'
import { KeyChanges, type Reversible } from './reversible.ts'
import type { Obstacle } from './revert.ts'

export const UNDO_DEFAULTS = {
  /** Milliseconds for which a write can be taken back. */
  keepFor: 15 * 60_000,
  /** Writes that are kept at most, and bytes of what they would bring back; the oldest go first. */
  entries: 200,
  bytes: 256 * 1024 * 1024,
} as const

/** Milliseconds between two words on how far a long one is. */
const TELL_EVERY = 100

export const NO_HISTORY: HistoryStatus = {
  undo: [],
  redo: [],
  running: null,
  bytes: 0,
  limits: UNDO_DEFAULTS,
}

/** A write of the inspector, with what takes it back. */
interface Step {
  readonly entry: HistoryEntry
  readonly reversible: Reversible
}

export interface UndoLogOptions {
  readonly client: RedisClient
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly onChange: (status: HistoryStatus) => void
  /** Told of the keys that an undo or redo has written and, of a few, what it did to them. */
  readonly onWrite: (keys: readonly (string | Buffer)[], changes: readonly KeyChange[]) => void
}

/** What a write is called, and whose it was. */
export type WriteName = Pick<HistoryEntry, 'prefix' | 'id' | 'label'> & Partial<Pick<HistoryEntry, 'named'>>

/** The writes of one person on one connection, to be taken back in turn. In memory only. */
export class UndoLog {
  readonly #options: UndoLogOptions
  #undo: Step[] = []
  #redo: Step[] = []
  #lastId = 0
  #busy = false
  #running: HistoryStatus['running'] = null
  #toldAt = 0
  #timer: NodeJS.Timeout | undefined
  #stopped = false

  constructor(options: UndoLogOptions) {
    this.#options = options
  }

  get status(): HistoryStatus {
    this.#forgetOld()
    const entries = (steps: readonly Step[]) => steps.map(({ entry }) => entry).reverse()
    return {
      undo: entries(this.#undo),
      redo: entries(this.#redo),
      running: this.#running,
      bytes: bytesOf([...this.#undo, ...this.#redo]),
      limits: UNDO_DEFAULTS,
    }
  }

  /** The write that has deleted this key and can be taken back; null where there is none. */
  deletionOf(key: Buffer): HistoryEntry | null {
    this.#forgetOld()
    return this.#undo.findLast(({ reversible }) => reversible.bringsBack?.(key))?.entry ?? null
  }

  /** A write of a few keys was made, which is taken back as a whole. */
  push(name: WriteName, changes: readonly KeyChange[]): void {
    this.pushReversible(name, new KeyChanges(this.#options.client, changes))
  }

  /** A write was made. */
  pushReversible(name: WriteName, reversible: Reversible): void {
    if (this.#stopped) return
    this.#redo = []
    this.#undo.push(this.#step(name, reversible))
    this.#changed()
  }

  /**
   * Takes the last write back.
   * @param force also where the session has changed since; never where it has ended
   * @throws AppError `nothing_to_undo`; `undo_conflict` with an {@link UndoConflict}; `session_gone` where the session's
   * time has run out or it was deleted, and the write is forgotten then, since nothing can take it back any more
   */
  undo(force = false): Promise<HistoryOutcome> {
    return this.#take('undo', force)
  }

  /** Makes the write again that was taken back last. @throws AppError as {@link undo} */
  redo(force = false): Promise<HistoryOutcome> {
    return this.#take('redo', force)
  }

  /** Leaves a write as it is: the one before it can be taken back then. */
  forget(which: 'undo' | 'redo'): void {
    this.#steps(which).pop()
    this.#changed()
  }

  /** Whoever could take something back is gone: nothing is kept any more, of a write that is under way neither. */
  stop(): void {
    this.#stopped = true
    this.#undo = []
    this.#redo = []
    clearTimeout(this.#timer)
  }

  async #take(which: 'undo' | 'redo', force: boolean): Promise<HistoryOutcome> {
    if (this.#busy)
      throw new AppError('nothing_to_undo', 'The last one is still under way. Try again in a moment.')
    this.#forgetOld()
    const step = this.#steps(which).at(-1)
    if (step === undefined) throw nothing(which)
    this.#busy = true
    try {
      const result = await step.reversible.revert(force, (done) => this.#tell(step, done))
      if ('kind' in result) throw this.#refuse(which, step, result)
      const { inverse, rest, keys, changes, existing, counts } = result
      const left = rest === null ? [] : [{ entry: step.entry, reversible: rest.reversible }]
      const from = this.#steps(which)
      const at = from.indexOf(step)
      // It may have grown too old meanwhile.
      if (at >= 0) from.splice(at, 1, ...left)
      if (inverse !== null)
        this.#steps(which === 'undo' ? 'redo' : 'undo').push(this.#step(step.entry, inverse))
      this.#options.onWrite(keys, changes)
      this.#running = null
      this.#changed()
      if (rest !== null) throw broken(which, step, counts.done, rest.error)
      const skip = Buffer.byteLength(step.entry.prefix)
      return {
        entry: step.entry,
        ids: existing.map((key) => toBytes(Buffer.from(key).subarray(skip))),
        counts,
      }
    } finally {
      this.#busy = false
      this.#running = null
    }
  }

  #steps(which: 'undo' | 'redo'): Step[] {
    return which === 'undo' ? this.#undo : this.#redo
  }

  #tell({ entry, reversible }: Step, done: number): void {
    this.#running = { number: entry.number, done, total: reversible.count }
    const now = performance.now()
    if (now < this.#toldAt + TELL_EVERY) return
    this.#toldAt = now
    this.#options.onChange(this.status)
  }

  #refuse(which: 'undo' | 'redo', step: Step, { kind, change, now }: Obstacle): AppError {
    const { label } = step.entry
    const what = isSession(change.before) ? 'session' : 'key'
    if (kind !== 'changed' || now === null) {
      this.forget(which)
      return new AppError(
        'session_gone',
        kind === 'expired'
          ? `The ${what}'s time has run out since, so it is not brought back: ${label}.`
          : `The ${what} has ended since, so nothing was written and it stays gone: ${label}.`,
      )
    }
    const conflict: UndoConflict = {
      which,
      entry: step.entry,
      what,
      fields: differences(change.before, now),
      value: sameText(change.before.value, now.value)
        ? null
        : { mine: shown(change.before.value ?? undefined), now: shown(now.value ?? undefined) },
      expiresAt: { mine: change.before.expiresAt, now: now.expiresAt },
      mineExists: change.before.dump !== null,
    }
    return new AppError('undo_conflict', `The ${what} has changed since, so nothing was written: ${label}.`, {
      conflict,
    })
  }

  #step({ prefix, id, label, named = true }: WriteName, reversible: Reversible): Step {
    const at = this.#options.clock()
    this.#lastId += 1
    const { count } = reversible
    const entry = {
      number: this.#lastId,
      prefix,
      id,
      count,
      label,
      named,
      at,
      until: at + UNDO_DEFAULTS.keepFor,
    }
    return { entry, reversible }
  }

  #changed(): void {
    if (this.#stopped) return
    this.#options.onChange(this.status)
    clearTimeout(this.#timer)
    const until = Math.min(...[...this.#undo, ...this.#redo].map(({ entry }) => entry.until))
    if (until === Number.POSITIVE_INFINITY) return
    this.#timer = setTimeout(() => this.#changed(), until - this.#options.clock() + 1)
    this.#timer.unref()
  }

  #forgetOld(): void {
    const now = this.#options.clock()
    const isKept = ({ entry }: Step) => entry.until > now
    this.#undo = this.#undo.filter(isKept)
    this.#redo = this.#redo.filter(isKept)
    for (const steps of [this.#undo, this.#redo]) {
      let bytes = bytesOf(steps)
      while (steps.length > UNDO_DEFAULTS.entries || bytes > UNDO_DEFAULTS.bytes) {
        bytes -= steps.shift()?.reversible.bytes ?? 0
      }
    }
  }
}

const nothing = (which: 'undo' | 'redo') =>
  new AppError(
    'nothing_to_undo',
    which === 'undo'
      ? `There is nothing to undo: what was written from here can be taken back for ${UNDO_DEFAULTS.keepFor / 60_000} minutes.`
      : 'There is nothing to redo.',
  )

const bytesOf = (steps: readonly Step[]): number =>
  steps.reduce((sum, { reversible }) => sum + reversible.bytes, 0)

/** An undo of many sessions broke off: what is left of it stays, to go on with. */
function broken(which: 'undo' | 'redo', { entry, reversible }: Step, done: number, error: unknown): AppError {
  const { code, message } =
    error instanceof AppError ? error : new AppError('redis_error', 'Redis did not answer as expected.')
  return new AppError(
    code,
    `${entry.label}: ${done} of ${reversible.count} sessions were written before it broke off. ${message} Then ${which} again to go on.`,
  )
}

/** One that was only to be made is a session, since no other key is made from here. */
const isSession = ({ dump, fields }: KeyState): boolean => {
  if (dump === null) return true
  const names = byName(fields)
  return RESERVED_FIELDS.every((name) => names.has(name))
}

/** The fields in which two states differ, by name. Values are cut: they are to be looked at. */
function differences(mine: KeyState, now: KeyState): readonly FieldDifference[] {
  const [left, right] = [byName(mine.fields), byName(now.fields)]
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  const endOf = ({ ends }: KeyState, name: string) => ends.get(name) ?? null
  return names
    .filter((name) => !sameValue(left.get(name), right.get(name)) || endOf(mine, name) !== endOf(now, name))
    .map((name) => {
      const expiresAt = { mine: endOf(mine, name), now: endOf(now, name) }
      return {
        name: toBytes(Buffer.from(name, 'latin1')),
        mine: shown(left.get(name)),
        now: shown(right.get(name)),
        expiresAt: expiresAt.mine === expiresAt.now ? null : expiresAt,
      }
    })
}

const sameText = (a: Buffer | null, b: Buffer | null): boolean =>
  a === b || (a !== null && b !== null && a.equals(b))

const sameValue = (a: Buffer | undefined, b: Buffer | undefined): boolean =>
  a !== undefined && b !== undefined && a.equals(b)

function byName(flat: readonly Buffer[] | null): Map<string, Buffer> {
  const fields = new Map<string, Buffer>()
  for (let i = 0; flat !== null && i + 1 < flat.length; i += 2) {
    const [name, value] = [flat[i], flat[i + 1]]
    if (name !== undefined && value !== undefined) fields.set(name.toString('latin1'), value)
  }
  return fields
}

const SHOWN_BYTES = 2000

const shown = (value: Buffer | undefined): Bytes | null =>
  value === undefined
    ? null
    : toBytes(value.length > SHOWN_BYTES ? trimUtf8(value.subarray(0, SHOWN_BYTES)) : value)
