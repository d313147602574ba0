import { Play } from 'lucide-react'
import icon from '../../../../../resources/icon.svg'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { useApp, useConnection } from '../../stores/context.ts'
import { ConnectForm } from './ConnectForm.tsx'
import styles from './ConnectScreen.module.css'

/** The first screen: connect to a Redis, or start one. */
export function ConnectScreen() {
  const { connection } = useApp()
  const info = useConnection((state) => state.info)
  const pending = useConnection((state) => state.pending)
  const failure = useConnection((state) => state.failure)
  const server = info?.redisServer ?? null
  return (
    <main className={styles.screen}>
      <div className={styles.inner}>
        <header className={styles.header}>
          <img src={icon} alt="" width={36} height={36} className={styles.logo} />
          <h1 className={styles.title}>Redis Session Inspector</h1>
          <p className={styles.lead}>
            See the web sessions in a Redis as they live: who is logged in, until when, and what changed.
          </p>
        </header>
        <div className={styles.ways}>
          <section className={styles.way} aria-labelledby="connect-title">
            <h2 id="connect-title" className={styles.wayTitle}>
              Connect to a Redis
            </h2>
            <ConnectForm key={info?.prefill ?? ''} />
          </section>
          <section className={styles.way} aria-labelledby="private-title">
            <h2 id="private-title" className={styles.wayTitle}>
              No Redis at hand?
            </h2>
            {server === null ? (
              <>
                <p className={styles.text}>
                  The inspector can start one for you once <code>redis-server</code> or{' '}
                  <code>valkey-server</code> is on this machine:
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
        </div>
        <p className={styles.version}>{info === null ? '' : `Version ${info.version}`}</p>
      </div>
    </main>
  )
}

function installHint(platform: string): string {
  if (platform === 'darwin') return 'brew install redis'
  if (platform === 'win32') return 'wsl sudo apt install redis-server'
  return 'sudo apt install redis-server'
}
