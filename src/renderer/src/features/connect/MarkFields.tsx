import { Check as CheckIcon } from 'lucide-react'
import { RadioGroup } from 'radix-ui'
import { useId } from 'react'
import { COLOURS, type Colour, type SecretStorage } from '#shared/connections.ts'
import { ENVIRONMENTS } from '#shared/model.ts'
import fieldStyles from '../../components/Field.module.css'
import { Problem } from '../../components/Problem.tsx'
import { environmentInWords } from '../../lib/environment.ts'
import { Check } from './Check.tsx'
import styles from './ConnectForm.module.css'
import { LinesField, TextField } from './FormParts.tsx'
import type { FormView } from './form-view.ts'

interface MarkFieldsProps {
  readonly view: FormView
  /** How secrets can be kept; null while there is none to keep. */
  readonly storage: SecretStorage | null
  /** Where one types the prefixes that are looked at. @default true */
  readonly withPrefixes?: boolean
}

/** What the person says of the connection: its name and colour, whose sessions it holds, what may be done. */
export function MarkFields({ view, storage, withPrefixes = true }: MarkFieldsProps) {
  const { form, set } = view
  const environment = useId()
  return (
    <div className={styles.fields}>
      <div className={styles.row} data-marks>
        <TextField view={view} name="name" label="Name" placeholder="its address" />
        <ColourChoice value={form.colour} onChange={(colour) => set({ colour })} />
      </div>
      <div className={styles.marks}>
        <label htmlFor={environment} className={styles.mark}>
          Marked as
        </label>
        <select
          id={environment}
          name="environment"
          className={styles.select}
          value={form.environment ?? ''}
          onChange={(event) =>
            set({ environment: ENVIRONMENTS.find((each) => each === event.target.value) ?? null })
          }
        >
          {[null, ...ENVIRONMENTS].map((each) => (
            <option key={each} value={each ?? ''}>
              {environmentInWords(each).toLowerCase()}
            </option>
          ))}
        </select>
        <Check
          label="Read-only"
          name="readOnly"
          checked={form.readOnly}
          onChange={(event) => set({ readOnly: event.target.checked })}
        />
      </div>
      {withPrefixes ? (
        <LinesField
          view={view}
          name="prefixes"
          label="Prefixes of interest"
          rows={1}
          placeholder="session:"
          hint="One a line. They come first where one chooses; the first is opened on connecting."
        />
      ) : null}
      {storage === null ? null : <KeepSecrets view={view} storage={storage} />}
    </div>
  )
}

/** The palette, each colour with its name. */
function ColourChoice({
  value,
  onChange,
}: {
  readonly value: Colour | null
  readonly onChange: (colour: Colour | null) => void
}) {
  const id = useId()
  return (
    <div className={fieldStyles.field}>
      <span id={id} className={fieldStyles.label}>
        Colour
      </span>
      <RadioGroup.Root
        className={styles.colours}
        aria-labelledby={id}
        orientation="horizontal"
        value={value ?? 'none'}
        onValueChange={(chosen) => onChange(COLOURS.find((colour) => colour === chosen) ?? null)}
      >
        {(['none', ...COLOURS] as const).map((colour) => (
          <RadioGroup.Item
            key={colour}
            value={colour}
            className={styles.colour}
            data-colour={colour}
            aria-label={colour === 'none' ? 'No colour' : colour}
            title={colour === 'none' ? 'No colour' : colour}
          >
            <RadioGroup.Indicator asChild>
              <CheckIcon size={12} strokeWidth={3} aria-hidden />
            </RadioGroup.Indicator>
          </RadioGroup.Item>
        ))}
      </RadioGroup.Root>
    </div>
  )
}

function KeepSecrets({ view, storage }: { readonly view: FormView; readonly storage: SecretStorage }) {
  const { form, set } = view
  if (storage === 'none') {
    return (
      <p className={styles.note}>
        Secrets are never written to disk here: they are kept until the inspector ends, and asked for at each
        start.
      </p>
    )
  }
  return (
    <>
      <Check
        label={
          storage === 'plain'
            ? 'Keep secrets on this disk, readable'
            : 'Keep secrets in the system’s keychain'
        }
        name="keepSecrets"
        checked={form.keepSecrets}
        onChange={(event) => set({ keepSecrets: event.target.checked })}
      />
      {storage === 'plain' ? (
        <Problem tone={form.keepSecrets ? 'amber' : 'plain'}>
          This system offers no keychain, so whoever can read your files could read the secrets. Left off,
          they are kept until the inspector ends and asked for at each start.
        </Problem>
      ) : null}
    </>
  )
}
