import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import {
  type DecodedKey,
  type NewValue,
  nameOfEntry,
  nodeAtPath,
  type TreeNode,
  type TreePath,
} from '#shared/formats.ts'
import type { SessionDetail } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import type { DetailStore } from './detail.ts'
import { draftKey } from './draft.ts'

/** What a leaf can be edited as. */
export type LeafType = 'text' | 'number' | 'boolean' | 'null'

/** A value of the tree that is being changed, or one that is being added to a map or a list. */
export interface LeafDraft {
  readonly kind: 'set' | 'add'
  /** Of the value, or of what it is added to. */
  readonly path: TreePath
  /** The names that lead to it, by which it is found again in another tree. */
  readonly names: readonly string[]
  /** As it was when the editing began, and the mark of what it is in. */
  readonly shown: TreeNode
  readonly mark: string
  /** Of an entry that is being added to a map; else null. */
  readonly name: string | null
  readonly type: LeafType
  readonly text: string
  readonly saving: boolean
  readonly failure: Failure | null
  /** What Redis holds there now, after a refused write; null where there is nothing any more. */
  readonly conflict: { readonly current: TreeNode | null } | null
}

/** An entry of the tree by the names that lead to it, and the mark of what it is in. */
export interface ShownEntry {
  readonly path: TreePath
  readonly names: readonly string[]
  readonly mark: string
}

export interface DecodedState {
  /** The selected key, decoded; null where there is nothing to decode. */
  readonly key: DecodedKey | null
  readonly draft: LeafDraft | null
  /** The raw value is shown in place of the tree; null where nobody has said, see {@link showsRaw}. */
  readonly raw: boolean | null
}

/** Of a library that nobody knows the value itself is what there is to see, unless somebody asks for the tree. */
export const showsRaw = ({ key, raw }: DecodedState): boolean => raw ?? key?.session.format === 'other'

/** Whether a library that is known wrote it as a session, and not as something beside one. */
export const isLibrarySession = ({ key }: DecodedState): boolean =>
  key !== null && key.session.role === 'session' && key.session.format !== 'other'

export interface DecodedStore {
  readonly store: StoreApi<DecodedState>
  showRaw(raw: boolean): void
  edit(path: TreePath): void
  /** Begins an entry at the end of a map or a list. */
  add(path: TreePath): void
  change(part: { readonly type?: LeafType; readonly text?: string; readonly name?: string }): void
  /** Says what is wrong with the draft before it is sent. */
  fail(message: string): void
  discard(): void
  /** An entry as it is shown, to be removed; null where there is none. */
  entryAt(path: TreePath): ShownEntry | null
  /**
   * @param anew whatever it holds by now, wherever it stands
   * @throws AppError `conflict` where it has changed since it was shown
   */
  remove(entry: ShownEntry, anew: boolean): Promise<void>
  /** Writes the draft. @returns true when it is in Redis */
  save(): Promise<boolean>
  /** Writes the draft over what Redis holds now. */
  overwrite(): Promise<boolean>
}

const NOTHING = { key: null, draft: null } as const

/** Decodes the selected key wherever its detail changes, and edits what was decoded. */
export function createDecodedStore(transport: Transport, detail: DetailStore): DecodedStore {
  const store = createStore<DecodedState>(() => ({ ...NOTHING, raw: null }))
  const { getState, setState } = store
  /** Drafts of keys that are not looked at now. */
  const drafts = new Map<string, LeafDraft>()
  /** Rises when another key is selected: an older answer says nothing then. */
  let generation = 0
  let asking = false
  let again = false

  const selected = () => {
    const { prefix, selected: id } = detail.store.getState()
    return id === null ? null : { prefix, id }
  }

  /** One question at a time, and the latest wish after it. */
  const ask = async (): Promise<void> => {
    const ref = selected()
    if (ref === null) return
    if (asking) {
      again = true
      return
    }
    asking = true
    const asked = generation
    try {
      const key = await transport.invoke('session.decode', ref)
      if (asked === generation) setState({ key })
    } catch {
      // What it holds is shown raw then, and why that cannot be read is said there.
      if (asked === generation) setState({ key: null })
    } finally {
      asking = false
      if (again) {
        again = false
        void ask()
      }
    }
  }

  detail.store.subscribe((now, before) => {
    const isOther = now.prefix !== before.prefix || idOf(now.selected) !== idOf(before.selected)
    if (isOther) {
      generation += 1
      const { draft } = getState()
      if (draft !== null && before.selected !== null)
        drafts.set(draftKey(before.prefix, before.selected), draft)
      const key = now.selected === null ? '' : draftKey(now.prefix, now.selected)
      setState({ ...NOTHING, draft: drafts.get(key) ?? null })
      drafts.delete(key)
    }
    if (now.detail === null || (!isOther && now.detail === before.detail)) return
    if (canBeDecoded(now.detail)) void ask()
    else setState({ key: null })
  })

  const patch = (part: Partial<LeafDraft>) => {
    const { draft } = getState()
    if (draft !== null) setState({ draft: { ...draft, ...part } })
  }

  const write = async (draft: LeafDraft): Promise<boolean> => {
    const ref = selected()
    const type = detail.store.getState().detail?.type
    if (ref === null || draft.saving || (type !== 'string' && type !== 'hash')) return false
    const asked = generation
    patch({ saving: true, failure: null })
    try {
      const { kind, name } = draft
      const at = { path: [...draft.path], value: toNewValue(draft) }
      const edit = kind === 'set' ? { kind, ...at } : { kind, name, ...at }
      const written = await transport.invoke('session.editDecoded', {
        ...ref,
        type,
        shown: draft.mark,
        edits: [edit],
      })
      if (asked !== generation) return true
      setState({ draft: null })
      detail.learn(ref.id, written)
      return true
    } catch (error) {
      if (asked !== generation) return false
      const failure = toFailure(error)
      const conflict = failure.code === 'conflict' ? await whatIsThere(ref, draft) : null
      if (asked !== generation) return false
      patch({ saving: false, failure, conflict })
      if (failure.code !== 'conflict') detail.reload()
      return false
    }
  }

  /** What the tree holds there by now. */
  const whatIsThere = async (ref: { prefix: string; id: Bytes }, { names }: LeafDraft) => {
    const key = await transport.invoke('session.decode', ref).catch(() => null)
    setState({ key })
    const path = key === null ? null : pathOf(key.session.root, names)
    return { current: path === null ? null : nodeAtPath(key?.session.root ?? null, path) }
  }

  return {
    store,
    showRaw: (raw) => setState({ raw }),
    edit(path) {
      const { key } = getState()
      const shown = nodeAtPath(key?.session.root ?? null, path)
      if (key === null || shown === null) return
      const names = namesOf(key.session.root, path)
      const place = { path, names, shown, mark: markOf(key, path) }
      setState({ draft: { kind: 'set', ...place, name: null, ...asDraft(shown), ...FRESH } })
    },
    add(path) {
      const { key } = getState()
      const shown = nodeAtPath(key?.session.root ?? null, path)
      if (key === null || shown === null) return
      const names = namesOf(key.session.root, path)
      const place = { path, names, shown, mark: markOf(key, path) }
      const name = shown.type === 'list' ? null : ''
      setState({ draft: { kind: 'add', ...place, name, type: 'text', text: '', ...FRESH } })
    },
    change: (part) => patch({ ...part, failure: null }),
    fail: (message) => patch({ failure: { code: 'invalid_field', message, details: {} } }),
    discard: () => setState({ draft: null }),
    entryAt(path) {
      const { key } = getState()
      if (key === null || nodeAtPath(key.session.root, path) === null) return null
      return { path, names: namesOf(key.session.root, path), mark: markOf(key, path) }
    },
    async remove(entry, anew) {
      const ref = selected()
      const type = detail.store.getState().detail?.type
      if (ref === null || (type !== 'string' && type !== 'hash')) return
      const { key } = getState()
      const path = anew ? pathOf(key?.session.root ?? null, entry.names) : entry.path
      if (path === null || key === null) throw new AppError('conflict', 'There is no such entry any more.')
      const asked = generation
      try {
        const written = await transport.invoke('session.editDecoded', {
          ...{ ...ref, type, shown: anew ? markOf(key, path) : entry.mark },
          edits: [{ kind: 'remove', path: [...path] }],
        })
        if (asked === generation) detail.learn(ref.id, written)
      } catch (error) {
        // What is there by now is what is asked about next.
        const now = await transport.invoke('session.decode', ref).catch(() => null)
        if (asked === generation) setState({ key: now })
        throw error
      }
    },
    async save() {
      const { draft } = getState()
      return draft === null ? false : write(draft)
    },
    async overwrite() {
      const { draft, key } = getState()
      const path = draft === null || key === null ? null : pathOf(key.session.root, draft.names)
      if (draft?.conflict == null || key === null || path === null) return false
      const shown = nodeAtPath(key.session.root, path) ?? draft.shown
      const now = { ...draft, path, shown, mark: markOf(key, path), conflict: null }
      setState({ draft: now })
      return write(now)
    },
  }
}

const FRESH = { saving: false, failure: null, conflict: null } as const
const idOf = (id: Bytes | null): string => (id === null ? '' : bytesId(id))

/** Our own sessions have a table of fields that shows more of them. */
const canBeDecoded = ({ state }: SessionDetail): boolean => state !== 'session'

const markOf = ({ marks }: DecodedKey, path: TreePath): string =>
  marks[marks.length === 1 ? 0 : (path[0] ?? 0)] ?? ''

function asDraft(node: TreeNode): Pick<LeafDraft, 'type' | 'text'> {
  switch (node.type) {
    case 'text':
      return { type: 'text', text: node.value }
    case 'number':
    case 'bigint':
      return { type: 'number', text: node.text }
    case 'boolean':
      return { type: 'boolean', text: String(node.value) }
    default:
      return { type: 'null', text: '' }
  }
}

function toNewValue({ type, text }: LeafDraft): Exclude<NewValue, { type: 'list' | 'map' }> {
  switch (type) {
    case 'text':
      return { type, value: text }
    case 'number':
      return { type, text: text.trim() }
    case 'boolean':
      return { type, value: text === 'true' }
    default:
      return { type }
  }
}

function namesOf(root: TreeNode | null, path: TreePath): readonly string[] {
  return path.map((position, step) => {
    const parent = nodeAtPath(root, path.slice(0, step))
    if (parent?.type !== 'map' && parent?.type !== 'object') return String(position)
    const entry = parent.entries[position]
    return entry === undefined ? '' : nameOfEntry(entry[0])
  })
}

/** Where these names lead; null where there is no such place. */
function pathOf(root: TreeNode | null, names: readonly string[]): TreePath | null {
  const path: number[] = []
  for (const name of names) {
    const node = nodeAtPath(root, path)
    if (node === null) return null
    const position =
      node.type === 'map' || node.type === 'object'
        ? node.entries.findIndex(([key]) => nameOfEntry(key) === name)
        : Number(name)
    if (position < 0) return null
    path.push(position)
  }
  return nodeAtPath(root, path) === null ? null : path
}
