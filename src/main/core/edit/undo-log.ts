import type { Redis } from 'ioredis'
import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import type {
  FieldDifference,
  HistoryEntry,
  HistoryOutcome,
  HistoryStatus,
  UndoConflict,
} from '#shared/history.ts'
import { toBytes } from '../bytes.ts'
import { trimUtf8 } from '../index/fresh-row.ts'
import type { KeyChange, KeyState } from '../store/key-state.ts'
import { type Obstacle, revert } from './revert.ts'

export const UNDO_DEFAULTS = {
  /** Milliseconds for which a write can be taken back. */
  keepFor: 15 * 60_000,
  /** Writes that are kept at most, and bytes of what they would bring back; the oldest go first. */
  entries: 200,
  bytes: 64 * 1024 * 1024,
} as const

export const NO_HISTORY: HistoryStatus = { undo: [], redo: [], bytes: 0, limits: UNDO_DEFAULTS }

/** A write of the inspector, with what takes it back. */
interface Step {
  readonly entry: HistoryEntry
  readonly changes: readonly KeyChange[]
  readonly bytes: number
}

export interface UndoLogOptions {
  readonly client: Redis
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly onChange: (status: HistoryStatus) => void
  /** Told of what an undo or redo has written. */
  readonly onWrite: (changes: readonly KeyChange[]) => void
}

/** What a write is called, and whose it was. */
export type WriteName = Pick<HistoryEntry, 'prefix' | 'id' | 'label'>

/** The writes of one person on one connection, to be taken back in turn. In memory only. */
export class UndoLog {
  readonly #options: UndoLogOptions
  #undo: Step[] = []
  #redo: Step[] = []
  #lastId = 0
  #busy = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: UndoLogOptions) {
    this.#options = options
  }

  get status(): HistoryStatus {
    this.#forgetOld()
    const entries = (steps: readonly Step[]) => steps.map(({ entry }) => entry).reverse()
    return {
      undo: entries(this.#undo),
      redo: entries(this.#redo),
      bytes: [...this.#undo, ...this.#redo].reduce((sum, { bytes }) => sum + bytes, 0),
      limits: UNDO_DEFAULTS,
    }
  }

  /** A write was made. */
  push(name: WriteName, changes: readonly KeyChange[]): void {
    this.#redo = []
    this.#undo.push(this.#step(name, changes))
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
    ;(which === 'undo' ? this.#undo : this.#redo).pop()
    this.#changed()
  }

  stop(): void {
    clearTimeout(this.#timer)
  }

  async #take(which: 'undo' | 'redo', force: boolean): Promise<HistoryOutcome> {
    if (this.#busy)
      throw new AppError('nothing_to_undo', 'The last one is still under way. Try again in a moment.')
    this.#forgetOld()
    const [from, to] = which === 'undo' ? [this.#undo, this.#redo] : [this.#redo, this.#undo]
    const step = from.at(-1)
    if (step === undefined) throw nothing(which)
    this.#busy = true
    try {
      const result = await revert(this.#options.client, step.changes, force)
      if ('kind' in result) throw this.#refuse(which, step, result)
      from.splice(from.indexOf(step), 1)
      to.push(this.#step(step.entry, result))
      this.#options.onWrite(result)
      this.#changed()
      return { entry: step.entry, ids: this.#idsThatExist(step.entry.prefix, step.changes) }
    } finally {
      this.#busy = false
    }
  }

  #refuse(which: 'undo' | 'redo', step: Step, { kind, change, now }: Obstacle): AppError {
    const { label } = step.entry
    if (kind !== 'changed' || now === null) {
      this.forget(which)
      return new AppError(
        'session_gone',
        kind === 'expired'
          ? `The session's time has run out since, so it is not brought back: ${label}.`
          : `The session has ended since, so nothing was written and it stays gone: ${label}.`,
      )
    }
    const conflict: UndoConflict = {
      which,
      entry: step.entry,
      fields: differences(change.before, now),
      expiresAt: { mine: change.before.expiresAt, now: now.expiresAt },
      mineExists: change.before.dump !== null,
    }
    return new AppError('undo_conflict', `The session has changed since, so nothing was written: ${label}.`, {
      conflict,
    })
  }

  #step({ prefix, id, label }: WriteName, changes: readonly KeyChange[]): Step {
    const at = this.#options.clock()
    this.#lastId += 1
    const entry = { number: this.#lastId, prefix, id, label, at, until: at + UNDO_DEFAULTS.keepFor }
    return { entry, changes, bytes: changes.reduce((sum, { before }) => sum + sizeOf(before), 0) }
  }

  #idsThatExist(prefix: string, changes: readonly KeyChange[]): readonly Bytes[] {
    const skip = Buffer.byteLength(prefix)
    return changes.filter(({ before }) => before.dump !== null).map(({ key }) => toBytes(key.subarray(skip)))
  }

  #changed(): void {
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
      let bytes = steps.reduce((sum, step) => sum + step.bytes, 0)
      while (steps.length > UNDO_DEFAULTS.entries || bytes > UNDO_DEFAULTS.bytes) {
        bytes -= steps.shift()?.bytes ?? 0
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

const sizeOf = ({ dump, fields }: KeyState): number =>
  (dump?.length ?? 0) + (fields ?? []).reduce((sum, word) => sum + word.length, 0)

/** The fields in which two states differ, by name. Values are cut: they are to be looked at. */
function differences(mine: KeyState, now: KeyState): readonly FieldDifference[] {
  const [left, right] = [byName(mine.fields), byName(now.fields)]
  const names = [...new Set([...left.keys(), ...right.keys()])].sort()
  return names
    .filter((name) => !sameValue(left.get(name), right.get(name)))
    .map((name) => ({
      name: toBytes(Buffer.from(name, 'latin1')),
      mine: shown(left.get(name)),
      now: shown(right.get(name)),
    }))
}

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
