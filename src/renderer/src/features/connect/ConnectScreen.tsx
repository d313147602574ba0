import { useEffect } from 'react'
import icon from '../../../../../resources/icon.svg'
import { useApp, useConnection, useConnections } from '../../stores/context.ts'
import { SettingsBanner } from '../status/SettingsBanner.tsx'
import { ConnectForm } from './ConnectForm.tsx'
import styles from './ConnectScreen.module.css'
import { PrivateRedisCard } from './PrivateRedisCard.tsx'
import { SavedList } from './SavedList.tsx'

/** The first screen: the connections that are saved, a new one, or a Redis of the app's own. */
export function ConnectScreen() {
  const { connections } = useApp()
  const info = useConnection((state) => state.info)
  const loaded = useConnections((state) => state.list !== null)
  const begun = useConnections((state) => state.begun)
  const entry = useConnections(
    (state) => state.list?.connections.find(({ id }) => id === state.editing) ?? null,
  )
  // Another inspector may have changed them since.
  useEffect(() => {
    connections.load().catch(() => {})
  }, [connections])
  return (
    <div className={styles.screen}>
      <SettingsBanner />
      <div className={styles.columns}>
        <aside className={styles.side}>
          <header className={styles.header}>
            <img src={icon} alt="" width={28} height={28} />
            <h1 className={styles.title}>Redis Session Inspector</h1>
          </header>
          <SavedList />
          <PrivateRedisCard />
          <p className={styles.version}>{info === null ? '' : `Version ${info.version}`}</p>
        </aside>
        <main className={styles.main}>
          <div className={styles.inner}>
            <h2 className={styles.formTitle}>{entry === null ? 'Connect to a Redis' : entry.name}</h2>
            <p className={styles.lead}>
              {entry === null
                ? 'See the web sessions in a Redis as they live: who is logged in, until when, and what changed.'
                : entry.label}
            </p>
            {loaded ? <ConnectForm key={`${begun} ${info?.prefill ?? ''}`} entry={entry} /> : null}
          </div>
        </main>
      </div>
    </div>
  )
}
