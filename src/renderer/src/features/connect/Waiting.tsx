import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { notReadyInWords } from '../../lib/ready-words.ts'
import { useApp, useConnection } from '../../stores/context.ts'
import { KillAdvice } from '../status/NotReady.tsx'
import styles from './Waiting.module.css'

/** While a server is waited for that is there and not ready yet: what it does, and how to give it up. */
export function Waiting() {
  const { connection } = useApp()
  const status = useConnection((state) => state.status)
  if (status?.state !== 'connecting' || status.notReady === null) return null
  const { target, notReady } = status
  return (
    <section className={styles.waiting} aria-label="Waiting for Redis">
      <Problem tone="amber">
        <span role="status">
          Redis at {target.label} {notReadyInWords(notReady)}. The inspector connects as soon as it is ready.
        </span>
      </Problem>
      {notReady.loaded === null ? null : (
        <progress className={styles.bar} value={notReady.loaded} max={1} aria-label="Loading" />
      )}
      {notReady.kind === 'busy' ? <KillAdvice /> : null}
      <Button small onClick={() => connection.disconnect()}>
        Stop waiting
      </Button>
    </section>
  )
}
