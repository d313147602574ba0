import { Problem } from '../../components/Problem.tsx'
import { Check } from './Check.tsx'
import styles from './ConnectForm.module.css'
import { SwitchedSection, TextField } from './FormParts.tsx'
import type { FormView } from './form-view.ts'
import { PemField, SecretField } from './KeptField.tsx'

interface SectionProps {
  readonly view: FormView
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
}

/** Who the server has to be, and with which certificate one says who one is. */
export function TlsSection({ view, open, onOpen }: SectionProps) {
  const { form, entry, set } = view
  const has = (name: 'tlsCa' | 'tlsCert') =>
    form[name] !== '' || (entry?.kept.includes(name) === true && !form.forgotten.includes(name))
  const summary = [
    has('tlsCa') ? 'own CA' : null,
    has('tlsCert') ? 'client certificate' : null,
    form.servername.trim() === '' ? null : form.servername.trim(),
    form.acceptUntrusted ? 'untrusted accepted' : null,
  ].filter((part) => part !== null)
  return (
    <SwitchedSection
      view={view}
      name="tls"
      label="TLS"
      summary={summary.length === 0 ? 'Options' : summary.join(' · ')}
      open={open}
      onOpen={onOpen}
    >
      <PemField
        view={view}
        name="tlsCa"
        label="CA certificate"
        hint="The authority to trust instead of this machine’s, PEM."
      />
      <div className={styles.row} data-even>
        <PemField view={view} name="tlsCert" label="Client certificate" />
        <PemField view={view} name="tlsKey" label="Client key" />
      </div>
      <div className={styles.row} data-even>
        <SecretField view={view} name="tlsKeyPassphrase" label="Key passphrase" />
        <TextField view={view} name="servername" label="Server name (SNI)" mono placeholder="the host" />
      </div>
      <Check
        label="Accept an untrusted certificate"
        name="acceptUntrusted"
        checked={form.acceptUntrusted}
        onChange={(event) => set({ acceptUntrusted: event.target.checked })}
      />
      {form.acceptUntrusted ? (
        <Problem tone="amber">
          Whoever stands between can then read and change everything, the password included. A CA certificate
          is better. The connection shows it for as long as it is open.
        </Problem>
      ) : null}
    </SwitchedSection>
  )
}
