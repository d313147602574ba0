import { Hourglass } from 'lucide-react'
import type { NotReady, PublicTarget } from '#shared/model.ts'
import { CopyButton } from '../../components/CopyButton.tsx'
import { KILL_COMMAND, notReadyInWords } from '../../lib/ready-words.ts'
import styles from './Banners.module.css'

interface NotReadyProps {
  readonly target: PublicTarget
  readonly notReady: NotReady
}

/** A server that is there and answers nothing: what it does, how far it is, and what could be done about it. */
export function NotReadyBanner({ target, notReady }: NotReadyProps) {
  return (
    <section className={styles.banner} data-tone="amber" aria-label="Waiting for Redis">
      <Hourglass size={15} aria-hidden className={styles.icon} />
      <p className={styles.text} role="status">
        <strong>
          Redis at {target.label} {notReadyInWords(notReady)}.
        </strong>{' '}
        Sessions and countdowns show what was known before; they are read anew when it answers again.
      </p>
      {notReady.kind === 'busy' ? <KillAdvice /> : null}
      {notReady.loaded === null ? null : (
        <progress className={styles.progress} value={notReady.loaded} max={1} aria-label="Loading" />
      )}
    </section>
  )
}

/** The command that an administrator may send; the inspector does not. */
export function KillAdvice() {
  return (
    <span className={styles.advice}>
      To end the script, if it has written nothing yet, run <code>{KILL_COMMAND}</code>
      <CopyButton label={`Copy ${KILL_COMMAND}`} text={KILL_COMMAND} />
    </span>
  )
}
