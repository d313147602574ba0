import { useEffect, useId, useRef } from 'react'
import { Problem } from '../../components/Problem.tsx'
import { useApp, useDecoded } from '../../stores/context.ts'
import type { LeafDraft } from '../../stores/decoded.ts'
import styles from './FieldEditor.module.css'
import { DraftButtons, DraftConflict, LeafInput, useDraftKeys } from './LeafEditor.tsx'

interface AddEntryProps {
  /** The names that lead to what gets the entry; empty for the session itself. */
  readonly to: string
  readonly blocked: string | null
}

/** Puts an entry at the end of a map or a list of a decoded session. */
export function AddEntry({ to, blocked }: AddEntryProps) {
  const draft = useDecoded((state) => state.draft)
  return draft === null ? null : <OpenForm to={to} blocked={blocked} draft={draft} />
}

function OpenForm({ to, blocked, draft }: AddEntryProps & { readonly draft: LeafDraft }) {
  const app = useApp()
  const place = to === '' ? 'the session' : to
  const save = async () => {
    const missing = draft.name === '' ? 'Give it a name first.' : null
    if (missing !== null) app.decoded.fail(missing)
    else if (blocked === null && (await app.decoded.save()))
      app.wrote(`Added ${draft.name ?? 'an item'} to ${place}.`)
  }
  const press = useDraftKeys(save)
  const names = [...draft.names, draft.name ?? '']
  const form = useRef<HTMLDivElement>(null)
  // A long map has its end out of sight.
  useEffect(() => {
    form.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  if (draft.conflict !== null)
    return (
      <DraftConflict
        draft={draft}
        names={names}
        blocked={blocked}
        action="Add it anyway"
        done={`Added it to ${place}.`}
      />
    )
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
    <div ref={form} className={styles.editor} role="group" aria-label={`Add to ${place}`} onKeyDown={press}>
      {draft.name === null ? null : <NameInput name={draft.name} />}
      <LeafInput
        label={draft.name === null ? `Value of the new item of ${place}` : 'Value of the new field'}
        draft={draft}
        names={names}
        takesFocus={draft.name === null}
      />
      {draft.failure === null ? null : <Problem>{draft.failure.message}</Problem>}
      <DraftButtons label="the new value" action="Add" draft={draft} blocked={blocked} onSave={save} />
    </div>
  )
}

function NameInput({ name }: { readonly name: string }) {
  const { decoded } = useApp()
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  return (
    <div className={styles.valueInput}>
      <label htmlFor={id} className={styles.label}>
        Name
      </label>
      <input
        ref={input}
        id={id}
        className={styles.input}
        value={name}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => decoded.change({ name: event.target.value })}
      />
    </div>
  )
}
