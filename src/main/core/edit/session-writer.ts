import type { HistoryStatus } from '#shared/history.ts'
import { maskedText } from '#shared/mask.ts'
import { USER_FIELD } from '#shared/model.ts'
import { toBinary, toBytes } from '../bytes.ts'
import type { KeyChange } from '../store/key-state.ts'
import type { SessionStore } from '../store/session-store.ts'
import type { Workspace } from '../workspace.ts'
import { KeyEditor } from './key-editor.ts'
import type { Reversible } from './reversible.ts'
import { UndoLog, type WriteName } from './undo-log.ts'

export interface SessionWriterOptions {
  readonly workspace: Workspace
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly onHistory: (status: HistoryStatus) => void
}

/** Writes sessions for one person on one connection, and remembers how to take each write back. */
export class SessionWriter {
  readonly workspace: Workspace
  readonly history: UndoLog
  readonly #clock: () => number

  constructor({ workspace, clock, onHistory }: SessionWriterOptions) {
    this.workspace = workspace
    this.#clock = clock
    this.history = new UndoLog({
      client: workspace.client,
      clock,
      onChange: onHistory,
      onWrite: (keys, changes) => {
        workspace.timelines.wrote(changes, 'inspector')
        for (const key of keys) {
          if (changes.length > 0) workspace.lists.hint(key)
          else workspace.wrote(key)
        }
      },
    })
  }

  /** A session store for one write. @param what the write in words: `Touched` */
  store(prefix: string, what: string, user: string | null = null): SessionStore {
    return this.workspace.createStore({
      prefix,
      record: (changes) => this.#record(prefix, what, changes, user),
    })
  }

  /** An editor for one write to any key. @param what the write in words: `Changed theme` */
  editor(prefix: string, what: string): KeyEditor {
    return new KeyEditor({
      client: this.workspace.client,
      clock: this.#clock,
      record: (changes) => this.#record(prefix, what, changes),
    })
  }

  /** Many sessions were written at once. */
  recordMany(name: WriteName, changes: Reversible): void {
    this.history.pushReversible(name, changes)
  }

  /** A write that changed nothing needs no undo; one whose change cannot be told (the key is too large, this user may not DUMP) cannot be taken back. */
  #record(
    prefix: string,
    what: string,
    changes: readonly KeyChange[] | null,
    user: string | null = null,
  ): void {
    const [first] = changes ?? []
    if (changes === null || first === undefined) return
    this.workspace.timelines.wrote(changes, 'inspector')
    const id = toBytes(first.key.subarray(Buffer.byteLength(prefix)))
    const name = user ?? userOf(first)
    const label = name === null ? what : `${what} · ${maskedText(name)}`
    this.history.push({ prefix, id, label, named: name !== null }, changes)
  }
}

function userOf({ before: { fields } }: KeyChange): string | null {
  const at = fields?.findIndex((word, position) => position % 2 === 0 && toBinary(word) === USER_FIELD) ?? -1
  const user = at < 0 ? undefined : fields?.[at + 1]
  return user === undefined || user.length === 0 ? null : user.subarray(0, 60).toString()
}
