import { type KeyboardEvent, useEffect, useId, useMemo, useRef } from 'react'
import { bytesId } from '#shared/bytes.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Field } from '../../components/Field.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { Problem } from '../../components/Problem.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { MOD } from '../../lib/platform.ts'
import { secretOf } from '../../lib/secret-value.ts'
import { jsonProblem, looksLikeJson } from '../../lib/value-type.ts'
import { useApp, useDetail, usePrivacy } from '../../stores/context.ts'
import { type Draft, isAdding } from '../../stores/draft.ts'
import { Held } from './Comparison.tsx'
import { Conflict } from './Conflict.tsx'
import styles from './FieldEditor.module.css'
import { useKeyBlock } from './session-block.ts'

/** Values longer than this get an input of several lines. */
const ONE_LINE = 60

/** Changes the value of the draft's field or string, or names and fills a new field. */
export function FieldEditor() {
  const draft = useDetail((state) => state.draft)
  return draft === null ? null : <OpenEditor draft={draft} />
}

function OpenEditor({ draft }: { readonly draft: Draft }) {
  const app = useApp()
  const { detail: store } = app
  const blocked = useKeyBlock(draft.of === 'string' ? 'editStrings' : 'editFields')
  const ending = useDetail((state) => state.ending)
  const adding = isAdding(draft)
  const name = draft.of === 'string' ? 'the string' : draft.field === null ? draft.name : toLine(draft.field)
  const { mode } = usePrivacy()
  const of = useMemo(() => (draft.of === 'string' ? [] : [name]), [draft.of, name])
  const concealed = mode === 'streaming' && secretOf(draft.value, of, null).kind !== 'nothing'
  const began = typeof draft.shown === 'string' ? draft.shown : ''
  const manyLines = began.length > ONE_LINE || began.includes('\n') || looksLikeJson(began) || adding

  const save = async () => {
    if (blocked !== null) return
    if (await store.save()) app.wrote(`${adding ? 'Added' : 'Saved'} ${name}.`)
  }
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') {
      event.stopPropagation()
      store.discard()
    }
    const several = event.target instanceof HTMLTextAreaElement
    if (event.key === 'Enter' && (!several || event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void save()
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape and Enter are heard from every input within.
    <div className={styles.editor} onKeyDown={press} data-adding={adding || undefined}>
      {adding ? (
        <Field
          label="Field name"
          mono
          autoFocus
          value={draft.name}
          error={nameError(draft)}
          onChange={(event) => store.change({ name: event.target.value })}
        />
      ) : null}
      <ValueInput draft={draft} name={name} manyLines={manyLines} label={adding} concealed={concealed} />
      <JsonHint text={draft.value} quiet={concealed} />
      {draft.setAside === null ? null : <SetAside text={draft.setAside} of={of} />}
      {draft.conflict !== null ? (
        <Conflict draft={draft} conflict={draft.conflict} blocked={blocked} />
      ) : (
        <>
          <ChangedMeanwhile draft={draft} of={of} />
          {draft.failure !== null && nameError(draft) === null ? (
            <Problem>{draft.failure.message}</Problem>
          ) : null}
          {ending !== null && draft.failure === null ? (
            <Problem tone="plain">
              {draft.of === 'session' ? 'The session' : 'The key'} has gone, so this cannot be saved. Your
              text stays here to copy.
            </Problem>
          ) : null}
          <div className={styles.buttons}>
            <Button small kind="primary" busy={draft.saving} blocked={blocked} onClick={save}>
              {adding ? 'Add field' : 'Save'}
            </Button>
            <Button small onClick={() => store.discard()}>
              Cancel
            </Button>
            {ending === null ? (
              <span className={styles.keys}>
                <Kbd keys={manyLines ? `${MOD} Enter` : 'Enter'} />
              </span>
            ) : (
              <CopyButton label="Copy your text" text={draft.value}>
                Copy your text
              </CopyButton>
            )}
          </div>
        </>
      )}
    </div>
  )
}

const nameError = (draft: Draft): string | null => {
  const { failure } = draft
  return isAdding(draft) &&
    (failure?.code === 'invalid_field' ||
      failure?.code === 'reserved_field' ||
      failure?.code === 'invalid_argument')
    ? failure.message
    : null
}

/** What was typed before one began anew on top of what Redis held by then. */
function SetAside({ text, of }: { readonly text: string; readonly of: readonly string[] }) {
  return (
    <div className={styles.aside}>
      <div className={styles.asideHead}>
        What you had typed
        <CopyButton label="Copy what you had typed" text={text} />
      </div>
      <Held value={text} of={of} />
    </div>
  )
}

interface ValueInputProps {
  readonly draft: Draft
  readonly name: string
  readonly manyLines: boolean
  /** Shows a label above, as the name's input beside it has one. */
  readonly label: boolean
  /** What is typed is not shown: others watch the screen. */
  readonly concealed: boolean
}

function ValueInput({ draft, name, manyLines, label, concealed }: ValueInputProps) {
  const { detail: store } = useApp()
  const id = useId()
  const input = useRef<HTMLInputElement & HTMLTextAreaElement>(null)
  const anew = draft.setAside
  useEffect(() => {
    if (label && anew === null) return
    input.current?.focus()
    if (!manyLines) input.current?.select()
  }, [label, manyLines, anew])
  const props = {
    ref: input,
    id,
    className: styles.input,
    value: draft.value,
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: React.ChangeEvent<HTMLInputElement | HTMLTextAreaElement>) =>
      store.change({ value: event.target.value }),
  }
  const rows = Math.min(
    12,
    Math.max(3, Math.ceil(draft.value.length / 44), draft.value.split('\n', 13).length),
  )
  return (
    <div className={styles.valueInput}>
      <label htmlFor={id} className={label ? styles.label : 'visually-hidden'}>
        {label ? 'Value' : `Value of ${name}`}
      </label>
      {manyLines ? (
        <textarea
          {...props}
          data-concealed={concealed || undefined}
          rows={label && draft.value === '' ? 2 : rows}
        />
      ) : (
        <input {...props} type={concealed ? 'password' : 'text'} />
      )}
    </div>
  )
}

/** Text that looks like JSON is mostly meant to be some; it is a hint, since text is saved as it is. */
function JsonHint({ text, quiet }: { readonly text: string; readonly quiet: boolean }) {
  if (!looksLikeJson(text)) return null
  const problem = jsonProblem(text)
  return (
    <p className={styles.hint} data-valid={problem === null}>
      {problem === null ? '✓ Valid JSON' : quiet ? '✗ Not valid JSON' : `✗ Not valid JSON: ${problem}`}
    </p>
  )
}

/** The edit goes on, but the person knows before saving that it will meet another value. */
function ChangedMeanwhile({ draft, of: names }: { readonly draft: Draft; readonly of: readonly string[] }) {
  const { field, of } = draft
  const current = useDetail(({ detail }) =>
    of === 'string'
      ? detail?.value
      : detail?.fields.find(({ name }) => field !== null && bytesId(name) === bytesId(field)),
  )
  if (isAdding(draft) || draft.shown === null || draft.saving) return null
  if (current == null) {
    const what = of === 'string' ? 'This string has gone' : 'This field has been removed'
    return <Problem tone="amber">{what} in Redis since you began.</Problem>
  }
  if (current.cut || bytesId(current.value) === bytesId(draft.shown)) return null
  return (
    <Problem tone="amber">
      Changed in Redis since you began
      {secretOf(current.value, names, null).kind === 'nothing' ? (
        <>
          : now <code>{toLine(current.value).slice(0, 200)}</code>
        </>
      ) : (
        '.'
      )}
    </Problem>
  )
}
