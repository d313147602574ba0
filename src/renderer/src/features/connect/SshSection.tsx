import { useId } from 'react'
import { SSH_METHODS } from '#shared/target.ts'
import fieldStyles from '../../components/Field.module.css'
import styles from './ConnectForm.module.css'
import { SwitchedSection, TextField } from './FormParts.tsx'
import type { FormView } from './form-view.ts'
import { PemField, SecretField } from './KeptField.tsx'

const METHOD_WORDS = { agent: 'SSH agent', key: 'Private key', password: 'Password' } as const

interface SectionProps {
  readonly view: FormView
  readonly open: boolean
  readonly onOpen: (open: boolean) => void
}

/** The SSH server through which the Redis is reached. */
export function SshSection({ view, open, onOpen }: SectionProps) {
  const { form, set } = view
  const method = useId()
  const through = form.sshHost.trim() === '' ? 'Through which server?' : `${form.sshUsername}@${form.sshHost}`
  return (
    <SwitchedSection view={view} name="ssh" label="SSH tunnel" summary={through} open={open} onOpen={onOpen}>
      <div className={styles.row} data-address>
        <TextField view={view} name="sshHost" label="SSH server" mono />
        <TextField view={view} name="sshPort" label="SSH port" numeric />
      </div>
      <div className={styles.row} data-even>
        <TextField view={view} name="sshUsername" label="SSH user" autoComplete="off" />
        <div className={fieldStyles.field}>
          <label htmlFor={method} className={fieldStyles.label}>
            Sign in with
          </label>
          <select
            id={method}
            name="sshMethod"
            className={styles.select}
            value={form.sshMethod}
            onChange={(event) =>
              set({ sshMethod: SSH_METHODS.find((each) => each === event.target.value) ?? 'agent' })
            }
          >
            {SSH_METHODS.map((each) => (
              <option key={each} value={each}>
                {METHOD_WORDS[each]}
              </option>
            ))}
          </select>
        </div>
      </div>
      {form.sshMethod === 'agent' ? (
        <p className={styles.note}>The keys of the SSH agent that runs on this machine are offered.</p>
      ) : null}
      {form.sshMethod === 'password' ? (
        <SecretField view={view} name="sshPassword" label="SSH password" />
      ) : null}
      {form.sshMethod === 'key' ? (
        <div className={styles.row} data-even>
          <PemField view={view} name="sshPrivateKey" label="SSH private key" />
          <SecretField view={view} name="sshPassphrase" label="SSH key passphrase" />
        </div>
      ) : null}
      {form.hostKey === '' ? (
        <p className={styles.note}>
          The server’s key is compared with known_hosts; one that is not there is shown to you first.
        </p>
      ) : (
        <p className={styles.note}>
          Trusted key: <code>{form.hostKey}</code>{' '}
          <button type="button" className={styles.inlineButton} onClick={() => set({ hostKey: '' })}>
            Trust it no more
          </button>
        </p>
      )}
    </SwitchedSection>
  )
}
