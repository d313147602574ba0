import { ChevronRight } from 'lucide-react'
import { type ReactNode, useId } from 'react'
import fieldStyles from '../../components/Field.module.css'
import { Field } from '../../components/Field.tsx'
import { Check } from './Check.tsx'
import styles from './ConnectForm.module.css'
import type { ConnectInput } from './connect-form.ts'
import type { FormView } from './form-view.ts'

type TextInput = Exclude<
  ConnectInput,
  'tls' | 'ssh' | 'acceptUntrusted' | 'readOnly' | 'keepSecrets' | 'colour' | 'environment'
>

interface TextProps {
  readonly view: FormView
  readonly name: TextInput
  readonly label: string
  readonly placeholder?: string
  readonly hint?: string
  readonly mono?: boolean
  readonly numeric?: boolean
  readonly autoComplete?: string
}

/** An input of the form by its name. */
export function TextField({ view, name, label, numeric = false, mono = numeric, ...rest }: TextProps) {
  return (
    <Field
      {...rest}
      label={label}
      name={name}
      mono={mono}
      {...(numeric ? { inputMode: 'numeric' as const } : {})}
      value={view.form[name]}
      error={view.errorOf(name)}
      onChange={(event) => view.set({ [name]: event.target.value })}
    />
  )
}

/** The same for several lines. */
export function LinesField({
  view,
  name,
  label,
  hint,
  placeholder,
  rows = 2,
}: Omit<TextProps, 'mono' | 'numeric' | 'autoComplete'> & { readonly rows?: number }) {
  const id = useId()
  const error = view.errorOf(name)
  const note = error ?? hint
  return (
    <div className={fieldStyles.field}>
      <label htmlFor={id} className={fieldStyles.label}>
        {label}
      </label>
      <textarea
        id={id}
        name={name}
        rows={Math.max(rows, Math.min(8, view.form[name].split('\n').length))}
        className={styles.area}
        data-mono
        value={view.form[name]}
        placeholder={placeholder}
        spellCheck={false}
        autoComplete="off"
        aria-invalid={error !== null || undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        onChange={(event) => view.set({ [name]: event.target.value })}
      />
      {note ? (
        <p
          id={`${id}-note`}
          className={error === null ? fieldStyles.hint : fieldStyles.error}
          role={error === null ? undefined : 'alert'}
        >
          {note}
        </p>
      ) : null}
    </div>
  )
}

interface SwitchedSectionProps {
  readonly view: FormView
  readonly name: 'tls' | 'ssh'
  readonly label: string
  /** What is in it, while it is folded. */
  readonly summary: string
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
  readonly children: ReactNode
}

/** A part of the form that is switched on by its checkbox, and whose details fold. */
export function SwitchedSection({
  view,
  name,
  label,
  summary,
  open,
  onOpen,
  children,
}: SwitchedSectionProps) {
  const id = useId()
  const on = view.form[name]
  const error = view.errorOf(name)
  return (
    <section className={styles.section} aria-label={label}>
      <div className={styles.sectionHead}>
        <Check
          label={label}
          name={name}
          checked={on}
          aria-invalid={error !== null || undefined}
          aria-describedby={error === null ? undefined : `${id}-error`}
          onChange={(event) => view.set({ [name]: event.target.checked })}
        />
        {on ? (
          <button
            type="button"
            className={styles.fold}
            aria-expanded={open}
            aria-controls={`${id}-body`}
            onClick={() => onOpen(!open)}
          >
            <ChevronRight size={14} aria-hidden className={styles.chevron} />
            {open ? 'Options' : summary}
          </button>
        ) : null}
      </div>
      {error === null ? null : (
        <p id={`${id}-error`} className={fieldStyles.error} role="alert">
          {error}
        </p>
      )}
      {on && open ? (
        <div id={`${id}-body`} className={styles.sectionBody}>
          {children}
        </div>
      ) : null}
    </section>
  )
}
