import { FileWarning } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { useApp, useConnections } from '../../stores/context.ts'
import styles from './Banners.module.css'

const TITLES = {
  broken: 'The saved connections could not be read.',
  entries: 'Not all saved connections could be read.',
  newer: 'The saved connections are of a newer version.',
  unreadable: 'The saved connections cannot be read.',
  unwritable: 'Changes cannot be saved.',
} as const

/** What is wrong with the file of settings, until it has been read. */
export function SettingsBanner() {
  const { connections } = useApp()
  const notice = useConnections((state) => state.list?.notice ?? null)
  const dismissed = useConnections((state) => state.dismissed)
  if (notice === null || notice.message === dismissed) return null
  return (
    <section className={styles.banner} data-tone="amber" aria-label="Settings">
      <FileWarning size={15} aria-hidden className={styles.icon} />
      <p className={styles.text} role="status">
        <strong>{TITLES[notice.kind]}</strong> {notice.message}
      </p>
      <Button small kind="quiet" onClick={() => connections.dismissNotice()}>
        Dismiss
      </Button>
    </section>
  )
}
