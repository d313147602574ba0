import { KeyRound, Unplug } from 'lucide-react'
import { useCallback, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { formatClock } from '../../lib/format.ts'
import { useApp, useConnection } from '../../stores/context.ts'
import styles from './Banners.module.css'
import { SettingsBanner } from './SettingsBanner.tsx'

/** What is wrong with the settings or with the connection as a whole, above everything that it makes stale. */
export function Banners() {
  return (
    <>
      <SettingsBanner />
      <ConnectionBanner />
    </>
  )
}

function ConnectionBanner() {
  const hostLostSince = useConnection((state) => state.hostLostSince)
  const status = useConnection((state) => state.status)
  if (hostLostSince !== null) return <HostLost since={hostLostSince} />
  if (status?.state === 'lost') return <RedisLost status={status} />
  if (status?.state === 'connected' && status.missing.length > 0) return <Missing commands={status.missing} />
  return null
}

function HostLost({ since }: { readonly since: number }) {
  return (
    <div className={styles.banner} data-tone="red" role="alert">
      <Unplug size={15} aria-hidden className={styles.icon} />
      <p className={styles.text}>
        <strong>The inspector itself cannot be reached</strong> since {formatClock(since)}. Is it still
        running where you started it? This page shows what was known then and comes back by itself.
      </p>
    </div>
  )
}

type Lost = Extract<NonNullable<ReturnType<typeof useStatus>>, { state: 'lost' }>
const useStatus = () => useConnection((state) => state.status)

function RedisLost({ status }: { readonly status: Lost }) {
  const { connection } = useApp()
  const [busy, setBusy] = useState(false)
  const { retryAt } = status
  const paint = useCallback(
    (element: HTMLSpanElement, now: number) => {
      const seconds = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000)
      paintText(element, seconds > 0 ? `next attempt in ${seconds} s` : 'trying now')
    },
    [retryAt],
  )
  const retry = async () => {
    setBusy(true)
    try {
      await connection.retry()
    } catch {
      // The banner itself says that it is still lost.
    } finally {
      setBusy(false)
    }
  }
  return (
    <section className={styles.banner} data-tone="red" aria-label="Lost connection">
      <Unplug size={15} aria-hidden className={styles.icon} />
      <p className={styles.text} role="alert">
        <strong>Redis at {status.target.label} is lost</strong> since {formatClock(status.since)}:{' '}
        {status.reason.replace(/\.$/, '')}. Sessions and countdowns show what was known then.
      </p>
      <span className={styles.next}>
        attempt {status.attempt}, <Ticking paint={paint} />
      </span>
      <Button small busy={busy} onClick={retry}>
        Try now
      </Button>
    </section>
  )
}

function Missing({ commands }: { readonly commands: readonly string[] }) {
  const [dismissed, setDismissed] = useState(false)
  if (dismissed) return null
  return (
    <div className={styles.banner} data-tone="amber" role="status">
      <KeyRound size={15} aria-hidden className={styles.icon} />
      <p className={styles.text}>
        <strong>This Redis user may not run {commands.join(', ')}.</strong> What needs{' '}
        {commands.length === 1 ? 'it' : 'them'} is refused. An administrator can allow{' '}
        {commands.length === 1 ? 'it' : 'them'}:{' '}
        <code>
          ACL SETUSER … {commands.map((command) => `+${command.toLowerCase().replace(' ', '|')}`).join(' ')}
        </code>
      </p>
      <Button small kind="quiet" onClick={() => setDismissed(true)}>
        Dismiss
      </Button>
    </div>
  )
}
