import { Confirm } from '../../components/Confirm.tsx'
import styles from './ConnectForm.module.css'
import type { HostKey } from './connect-problems.ts'

interface TrustDialogProps {
  readonly hostKey: HostKey
  readonly onClose: () => void
  readonly onTrust: (fingerprint: string) => Promise<void>
}

/** Asks whether the SSH server is who it says: nobody has vouched for its key. */
export function TrustDialog({ hostKey, onClose, onTrust }: TrustDialogProps) {
  const { host, port, keyType, fingerprint } = hostKey
  const trust = async () => {
    onClose()
    // What comes of it shows in the form, as with any other connection.
    await onTrust(fingerprint)
  }
  return (
    <Confirm
      title="Trust this SSH server?"
      description={
        <>
          {host} has a key that is not in known_hosts. Compare its fingerprint with what the server itself
          says: <code>ssh-keygen -lf /etc/ssh/ssh_host_{kindOf(keyType)}_key.pub</code>
        </>
      }
      action="Trust and connect"
      danger={false}
      blocked={null}
      onClose={onClose}
      onConfirm={trust}
    >
      <dl className={styles.hostKey}>
        <dt>Server</dt>
        <dd>
          {host}:{port}
        </dd>
        <dt>Kind of key</dt>
        <dd>{keyType}</dd>
        <dt>Fingerprint</dt>
        <dd data-whole>{fingerprint}</dd>
      </dl>
    </Confirm>
  )
}

/** As it stands in the name of its file: `ed25519` of `ssh-ed25519`, `ecdsa` of `ecdsa-sha2-nistp256`. */
const kindOf = (keyType: string): string =>
  ['ed25519', 'ecdsa', 'rsa', 'dsa'].find((kind) => keyType.includes(kind)) ?? 'ed25519'
