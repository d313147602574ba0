import { Play } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { useApp, useConnection } from '../../stores/context.ts'
import styles from './PrivateRedisCard.module.css'

/** A Redis of the app's own, for those who have none at hand. */
export function PrivateRedisCard() {
  const { connection } = useApp()
  const info = useConnection((state) => state.info)
  const pending = useConnection((state) => state.pending)
  const failure = useConnection((state) => state.failure)
  const server = info?.redisServer ?? null
  return (
    <section className={styles.card} aria-labelledby="private-title">
      <h2 id="private-title" className={styles.title}>
        No Redis at hand?
      </h2>
      {server === null ? (
        <>
          <p className={styles.text}>
            The inspector can start one for you once <code>redis-server</code> or <code>valkey-server</code>{' '}
            is on this machine:
          </p>
          <pre className={styles.install}>{installHint(info?.platform ?? '')}</pre>
          <p className={styles.text}>Then start the inspector again.</p>
        </>
      ) : (
        <>
          <p className={styles.text}>
            Start a private one: on a free port of this machine, kept in memory, gone when you close the
            inspector. Then fill it with sample sessions or the demo server.
          </p>
          <Button
            icon={Play}
            className={styles.start}
            busy={pending === 'private'}
            onClick={() => connection.startPrivate()}
          >
            Start a private Redis
          </Button>
          <p className={styles.found}>
            <span title={server.path}>{server.path}</span> {server.version}
          </p>
          {failure?.code === 'no_redis_server' ? <Problem>{failure.message}</Problem> : null}
        </>
      )}
    </section>
  )
}

function installHint(platform: string): string {
  if (platform === 'darwin') return 'brew install redis'
  if (platform === 'win32') return 'wsl sudo apt install redis-server'
  return 'sudo apt install redis-server'
}
