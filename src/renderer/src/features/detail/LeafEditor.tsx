import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { TreeNode } from '#shared/formats.ts'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { secretOf } from '../../lib/secret-value.ts'
import { useApp, useDecoded, usePrivacy } from '../../stores/context.ts'
import type { LeafDraft, LeafType } from '../../stores/decoded.ts'
import { Comparison, Held } from './Comparison.tsx'
import styles from './FieldEditor.module.css'

const TYPES: readonly LeafType[] = ['text', 'number', 'boolean', 'null']
const ONE_LINE = 60

interface LeafEditorProps {
  /** The names that lead to it, in words and one by one. */
  readonly name: string
  readonly names: readonly string[]
  readonly blocked: string | null
}

/** Changes one value of a decoded session. */
export function LeafEditor(props: LeafEditorProps) {
  const draft = useDecoded((state) => state.draft)
  return draft === null ? null : <OpenEditor {...props} draft={draft} />
}

function OpenEditor({ name, names, blocked, draft }: LeafEditorProps & { readonly draft: LeafDraft }) {
  const app = useApp()
  const store = app.decoded
  const save = async () => {
    if (blocked === null && (await store.save())) app.wrote(`Saved ${name}.`)
  }
  const press = useDraftKeys(save)
  if (draft.conflict !== null)
    return (
      <DraftConflict
        draft={draft}
        names={names}
        blocked={blocked}
        action="Write mine anyway"
        done="Wrote yours over what was in Redis."
      />
    )
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape and Enter are heard from every input within.
    <div className={styles.editor} onKeyDown={press}>
      <LeafInput label={`Value of ${name}`} hidesLabel draft={draft} names={names} />
      {draft.failure === null ? null : <Problem>{draft.failure.message}</Problem>}
      <DraftButtons label={name} action="Save" draft={draft} blocked={blocked} onSave={save} />
    </div>
  )
}

/** Enter saves, with Ctrl where a line may end, and Escape leaves the draft. */
export function useDraftKeys(save: () => Promise<void>): (event: KeyboardEvent) => void {
  const { decoded } = useApp()
  return (event) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      decoded.discard()
    }
    const several = event.target instanceof HTMLTextAreaElement
    const submits = event.target instanceof HTMLInputElement || (several && (event.ctrlKey || event.metaKey))
    if (event.key === 'Enter' && submits) {
      event.preventDefault()
      void save()
    }
  }
}

interface DraftConflictProps {
  readonly draft: LeafDraft
  /** Those that lead to the value. */
  readonly names: readonly string[]
  readonly blocked: string | null
  readonly action: string
  readonly done: string
}

/** What was shown, what was to be written, and what is there by now. */
export function DraftConflict({ draft, names, blocked, action, done }: DraftConflictProps) {
  const app = useApp()
  const current = draft.conflict?.current ?? null
  const overwrite = async () => {
    if (await app.decoded.overwrite()) app.wrote(done)
  }
  return (
    <Comparison
      message={draft.failure?.message ?? 'This has changed since it was shown.'}
      shown={<Held value={leafInWords(draft.shown)} of={names} />}
      yours={<Held value={draft.type === 'null' ? 'null' : draft.text} of={names} />}
      now={<Held value={current === null ? null : leafInWords(current)} of={names} absent="no such value" />}
    >
      <Button small onClick={() => app.decoded.discard()}>
        Keep what’s in Redis
      </Button>
      {current === null ? null : (
        <Button small kind="danger" busy={draft.saving} blocked={blocked} onClick={overwrite}>
          {action}
        </Button>
      )}
    </Comparison>
  )
}

interface DraftButtonsProps {
  /** What the type is of. */
  readonly label: string
  readonly action: string
  readonly draft: LeafDraft
  readonly blocked: string | null
  readonly onSave: () => Promise<void>
}

export function DraftButtons({ label, action, draft, blocked, onSave }: DraftButtonsProps) {
  const { decoded } = useApp()
  return (
    <div className={styles.buttons}>
      <Button small kind="primary" busy={draft.saving} blocked={blocked} onClick={onSave}>
        {action}
      </Button>
      <Button small onClick={() => decoded.discard()}>
        Cancel
      </Button>
      <TypeChoice name={label} draft={draft} />
    </div>
  )
}

interface LeafInputProps {
  readonly label: string
  /** Where what stands beside it says the same to those who see it. */
  readonly hidesLabel?: boolean
  readonly draft: LeafDraft
  /** Those that lead to the value: while streaming, a secret is not shown as it is typed. */
  readonly names: readonly string[]
  readonly takesFocus?: boolean
}

export function LeafInput({ label, hidesLabel = false, draft, names, takesFocus = true }: LeafInputProps) {
  const { mode } = usePrivacy()
  const concealed = mode === 'streaming' && secretOf(draft.text, names, null).kind !== 'nothing'
  const { decoded: store } = useApp()
  const id = useId()
  const input = useRef<HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement>(null)
  const [focuses] = useState(takesFocus)
  useEffect(() => {
    if (focuses) input.current?.focus()
  }, [focuses])
  const { type, text } = draft
  if (type === 'null') return null
  const props = {
    ref: input,
    id,
    className: styles.input,
    value: text,
    onChange: (event: { readonly target: { readonly value: string } }) =>
      store.change({ text: event.target.value }),
  }
  const typing = { spellCheck: false, autoComplete: 'off' } as const
  return (
    <div className={styles.valueInput}>
      <label htmlFor={id} className={hidesLabel ? 'visually-hidden' : styles.label}>
        {label}
      </label>
      {type === 'boolean' ? (
        <select {...props}>
          <option value="true">true</option>
          <option value="false">false</option>
        </select>
      ) : type === 'text' && (text.length > ONE_LINE || text.includes('\n')) ? (
        <textarea
          {...props}
          {...typing}
          data-concealed={concealed || undefined}
          rows={Math.min(12, Math.max(3, Math.ceil(text.length / 44)))}
        />
      ) : (
        <input
          {...props}
          {...typing}
          type={concealed ? 'password' : 'text'}
          inputMode={type === 'number' ? 'decimal' : 'text'}
        />
      )}
    </div>
  )
}

function TypeChoice({ name, draft }: { readonly name: string; readonly draft: LeafDraft }) {
  const { decoded: store } = useApp()
  const choose = (type: LeafType) => {
    const isBoolean = draft.text === 'true' || draft.text === 'false'
    store.change({ type, ...(type === 'boolean' && !isBoolean ? { text: 'true' } : {}) })
  }
  return (
    <select
      className={styles.kind}
      aria-label={`Type of ${name}`}
      value={draft.type}
      onChange={(event) => {
        const type = TYPES.find((known) => known === event.target.value)
        if (type !== undefined) choose(type)
      }}
    >
      {TYPES.map((type) => (
        <option key={type} value={type}>
          {type}
        </option>
      ))}
    </select>
  )
}

/** A value in one line, for the comparison. */
function leafInWords(node: TreeNode): string {
  switch (node.type) {
    case 'text':
      return node.value
    case 'number':
    case 'bigint':
      return node.text
    case 'boolean':
      return String(node.value)
    case 'null':
      return 'null'
    default:
      return node.type === 'list' ? 'a list' : `a ${node.type}`
  }
}
