import { FileUp } from 'lucide-react'
import { type ComponentProps, useId, useRef, useState } from 'react'
import type { KeptName } from '#shared/connections.ts'
import { Button } from '../../components/Button.tsx'
import fieldStyles from '../../components/Field.module.css'
import { Field } from '../../components/Field.tsx'
import styles from './ConnectForm.module.css'
import type { FormView } from './form-view.ts'

interface KeptFieldProps {
  readonly view: FormView
  readonly name: KeptName
  readonly label: string
}

/** What stands in an input whose text is kept and never shown. */
function placeholderOf({ entry, form }: FormView, name: KeptName): string {
  if (entry === null || form.forgotten.includes(name)) return ''
  if (entry.kept.includes(name)) return 'kept'
  if (name === 'tlsCa' || name === 'tlsCert') return ''
  return entry.asked.includes(name) ? 'asked for' : ''
}

/** A way to forget what is kept, or to keep it after all. */
function Forget({ view, name, label }: KeptFieldProps) {
  const { entry, form, set } = view
  if (entry === null || form[name] !== '') return null
  const belongs = entry.kept.includes(name) || (entry.asked as readonly KeptName[]).includes(name)
  if (!belongs) return null
  const forgotten = form.forgotten.includes(name)
  const what = label.toLowerCase()
  return (
    <button
      type="button"
      className={styles.forget}
      aria-label={forgotten ? `Keep the ${what}` : `Forget the ${what}`}
      onClick={() =>
        set({
          forgotten: forgotten ? form.forgotten.filter((each) => each !== name) : [...form.forgotten, name],
        })
      }
    >
      {forgotten ? 'Keep' : 'Forget'}
    </button>
  )
}

/** An input for a secret. Left empty it leaves what is kept as it is. */
export function SecretField({
  view,
  name,
  label,
  ...rest
}: KeptFieldProps & Pick<ComponentProps<'input'>, 'placeholder' | 'autoComplete'>) {
  return (
    <div className={styles.kept}>
      <Field
        autoComplete="off"
        {...rest}
        label={label}
        name={name}
        type="password"
        value={view.form[name]}
        placeholder={rest.placeholder || placeholderOf(view, name)}
        hint={view.form.forgotten.includes(name) ? 'Forgotten when you save.' : undefined}
        error={view.errorOf(name)}
        onChange={(event) => view.set({ [name]: event.target.value })}
      />
      <Forget view={view} name={name} label={label} />
    </div>
  )
}

/** More is no certificate and no key. */
const MOST_BYTES = 256 * 1024

/** An input for a certificate or a key, pasted or read from a file. */
export function PemField({ view, name, label, hint }: KeptFieldProps & { readonly hint?: string }) {
  const id = useId()
  const file = useRef<HTMLInputElement>(null)
  const [tooLarge, setTooLarge] = useState(false)
  const error = tooLarge ? 'This file is too large for a certificate or a key.' : view.errorOf(name)
  const note = error ?? (view.form.forgotten.includes(name) ? 'Forgotten when you save.' : hint)
  const choose = async (chosen: File | undefined) => {
    if (chosen === undefined) return
    setTooLarge(chosen.size > MOST_BYTES)
    if (chosen.size <= MOST_BYTES) view.set({ [name]: await chosen.text() })
  }
  return (
    <div className={styles.kept}>
      <div className={fieldStyles.field}>
        <label htmlFor={id} className={fieldStyles.label}>
          {label}
        </label>
        <div className={styles.pem}>
          <textarea
            id={id}
            name={name}
            rows={view.form[name] === '' ? 1 : 3}
            className={styles.area}
            data-mono
            value={view.form[name]}
            placeholder={placeholderOf(view, name) || '-----BEGIN …'}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={error !== null || undefined}
            aria-describedby={note ? `${id}-note` : undefined}
            onChange={(event) => view.set({ [name]: event.target.value })}
          />
          <Button
            icon={FileUp}
            aria-label={`Choose a file for the ${label.toLowerCase()}`}
            onClick={() => file.current?.click()}
          >
            File…
          </Button>
          <input
            ref={file}
            type="file"
            hidden
            aria-label={`File of the ${label.toLowerCase()}`}
            onChange={(event) => {
              void choose(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </div>
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
      <Forget view={view} name={name} label={label} />
    </div>
  )
}
