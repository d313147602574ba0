import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { HistoryStatus } from '#shared/history.ts'
import { USER_FIELD } from '#shared/model.ts'
import { toBinary, toBytes } from '../bytes.ts'
import type { KeyChange } from '../store/key-state.ts'
import type { SessionStore } from '../store/session-store.ts'
import type { Workspace } from '../workspace.ts'
import { FieldEditor } from './field-editor.ts'
import { UndoLog } from './undo-log.ts'

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

  constructor({ workspace, clock, onHistory }: SessionWriterOptions) {
    this.workspace = workspace
    this.history = new UndoLog({
      client: workspace.client,
      clock,
      onChange: onHistory,
      onWrite: (changes) => {
        workspace.timelines.wrote(changes, 'inspector')
        for (const { key } of changes) workspace.lists.hint(key)
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

  /** A field editor for one write. @param what the write in words: `Changed theme` */
  editor(prefix: string, what: string): FieldEditor {
    return new FieldEditor(this.workspace.client, (changes) => this.#record(prefix, what, changes))
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
    this.history.push({ prefix, id, label: `${what} · ${user ?? userOf(first) ?? shortId(id)}` }, changes)
  }
}

function userOf({ before: { fields } }: KeyChange): string | null {
  const at = fields?.findIndex((word, position) => position % 2 === 0 && toBinary(word) === USER_FIELD) ?? -1
  const user = at < 0 ? undefined : fields?.[at + 1]
  return user === undefined || user.length === 0 ? null : user.subarray(0, 60).toString()
}

const shortId = (id: Bytes): string => `${bytesId(id).slice(1, 9)}…`
