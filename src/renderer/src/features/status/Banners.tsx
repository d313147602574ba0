import { Unplug } from 'lucide-react'
import { useCallback, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { formatClock } from '../../lib/format.ts'
import { useApp, useConnection } from '../../stores/context.ts'
import styles from './Banners.module.css'
import { NotReadyBanner } from './NotReady.tsx'
import { PasswordDialog } from './PasswordDialog.tsx'
import { PermissionBanner } from './Permissions.tsx'
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
  if (status?.state === 'lost')
    return status.notReady === null ? (
      <RedisLost status={status} />
    ) : (
      <NotReadyBanner target={status.target} notReady={status.notReady} />
    )
  if (status?.state !== 'connected') return null
  return status.notReady === null ? (
    <PermissionBanner status={status} />
  ) : (
    <NotReadyBanner target={status.target} notReady={status.notReady} />
  )
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
  const [asking, setAsking] = useState(false)
  const { retryAt, needsPassword } = status
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
        {needsPassword ? (
          'not tried again by itself'
        ) : (
          <>
            attempt {status.attempt}, <Ticking paint={paint} />
          </>
        )}
      </span>
      {needsPassword ? (
        <Button small kind="primary" onClick={() => setAsking(true)}>
          Enter password
        </Button>
      ) : null}
      <Button small busy={busy} onClick={retry}>
        {needsPassword ? 'Try once more' : 'Try now'}
      </Button>
      {asking ? <PasswordDialog target={status.target} onClose={() => setAsking(false)} /> : null}
    </section>
  )
}
