import icon from '../../../../../resources/icon.svg'
import { useConnection } from '../../stores/context.ts'
import { ConnectForm } from './ConnectForm.tsx'
import styles from './ConnectScreen.module.css'
import { PrivateRedisCard } from './PrivateRedisCard.tsx'

/** The first screen: connect to a Redis, or start one. */
export function ConnectScreen() {
  const info = useConnection((state) => state.info)
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
            <PrivateRedisCard />
          </section>
        </div>
        <p className={styles.version}>{info === null ? '' : `Version ${info.version}`}</p>
      </div>
    </main>
  )
}
