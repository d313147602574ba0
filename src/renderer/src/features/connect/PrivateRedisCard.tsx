import { Play, RotateCw } from 'lucide-react'
import { useEffect, useId, useState } from 'react'
import type { KeptData, PrivateRedisStatus, RedisBinary } from '#shared/private-redis.ts'
import { Button } from '../../components/Button.tsx'
import { Confirm } from '../../components/Confirm.tsx'
import { Problem } from '../../components/Problem.tsx'
import { formatBytes, formatDay, plural } from '../../lib/format.ts'
import { useApp, useConnection, usePrivateRedis } from '../../stores/context.ts'
import styles from './PrivateRedisCard.module.css'

/** The Redis of the app's own: starts it, goes on with what was kept, or ends it. */
export function PrivateRedisCard() {
  const { privateRedis } = useApp()
  const status = usePrivateRedis((state) => state.status)
  const failure = usePrivateRedis((state) => state.failure)
  useEffect(() => void privateRedis.load(), [privateRedis])
  return (
    <section className={styles.card} aria-labelledby="private-title">
      <h2 id="private-title" className={styles.title}>
        No Redis at hand?
      </h2>
      <Content status={status} />
      {status?.problem ? <Problem tone="amber">{status.problem}</Problem> : null}
      {failure === null ? null : <Problem>{failure.message}</Problem>}
    </section>
  )
}

function Content({ status }: { readonly status: PrivateRedisStatus | null }) {
  if (status === null) return <p className={styles.text}>Looking for Redis servers on this machine…</p>
  if (status.running !== null) return <Running running={status.running} />
  if (status.servers.length === 0) return <NoServer />
  return <Stopped status={status} />
}

function NoServer() {
  const { privateRedis } = useApp()
  const platform = useConnection((state) => state.info?.platform ?? '')
  return (
    <>
      <p className={styles.text}>
        The inspector can start one for you once <code>redis-server</code> or <code>valkey-server</code> is on
        this machine:
      </p>
      <pre className={styles.install}>{installHint(platform)}</pre>
      <Button icon={RotateCw} className={styles.start} onClick={() => privateRedis.load()}>
        Look again
      </Button>
    </>
  )
}

function Running({ running }: { readonly running: NonNullable<PrivateRedisStatus['running']> }) {
  const app = useApp()
  const pending = usePrivateRedis((state) => state.pending)
  const { server, port, keeps, note } = running
  return (
    <>
      <p className={styles.text}>
        Your private Redis runs on port <code>{port}</code>.{' '}
        {keeps
          ? 'Its data is saved when it stops or the inspector closes.'
          : 'Its data is in memory alone, and gone when the inspector closes.'}
      </p>
      {note === null ? null : <Problem tone="amber">{note}</Problem>}
      <div className={styles.actions}>
        <Button
          kind="primary"
          icon={Play}
          busy={pending}
          onClick={() => app.privateRedis.start({ keep: keeps, server: null })}
        >
          Open it
        </Button>
        <Button onClick={() => app.openDialog('stopPrivateRedis')}>Stop…</Button>
      </div>
      <Found server={server} />
    </>
  )
}

function Stopped({ status }: { readonly status: PrivateRedisStatus }) {
  const app = useApp()
  const pending = usePrivateRedis((state) => state.pending)
  const [chosen, setChosen] = useState<string | null>(null)
  const [keep, setKeep] = useState(false)
  const [dropping, setDropping] = useState(false)
  const checkbox = useId()
  const { servers, kept, canKeep, keptElsewhere } = status
  const server = servers.find(({ path }) => path === chosen) ?? servers[0]
  const start = async (keeps: boolean) => {
    const note = await app.privateRedis.start({ keep: keeps, server: server?.path ?? null })
    if (note !== null) app.toasts.show('failed', note)
  }
  return (
    <>
      <p className={styles.text}>
        Start a private one: on a free port of this machine, with a password of its own. It ends with the
        inspector. Then fill it with sample sessions or the demo server.
      </p>
      {kept === null ? null : (
        <>
          <Button
            kind="primary"
            icon={Play}
            className={styles.start}
            busy={pending}
            blocked={keptElsewhere ? 'Another inspector has the kept data open. Stop it there first.' : null}
            onClick={() => start(true)}
          >
            Continue with {keysInWords(kept)}
          </Button>
          <p className={styles.facts} title={kept.file}>
            Saved {formatDay(kept.savedAt, app.clock.now())}
            {kept.savedBy === null ? '' : ` by ${kept.savedBy}`}, {formatBytes(kept.bytes)}
            {keptElsewhere ? '; open in another inspector' : ''}
          </p>
        </>
      )}
      <div className={styles.actions}>
        <Button
          {...(kept === null ? { icon: Play } : {})}
          busy={kept === null && pending}
          onClick={() => start(kept === null && keep)}
        >
          {kept === null ? 'Start a private Redis' : 'Start an empty one'}
        </Button>
        {kept === null ? null : (
          <Button
            kind="quiet"
            blocked={keptElsewhere ? 'Another inspector has the kept data open.' : null}
            onClick={() => setDropping(true)}
          >
            Drop kept data…
          </Button>
        )}
      </div>
      {kept === null && canKeep ? (
        <div className={styles.choice}>
          <input
            id={checkbox}
            type="checkbox"
            checked={keep}
            onChange={(event) => setKeep(event.target.checked)}
          />
          <label htmlFor={checkbox}>Keep its data for the next time</label>
        </div>
      ) : null}
      {servers.length > 1 ? (
        <label className={styles.servers}>
          <span>Server</span>
          <select value={server?.path} onChange={(event) => setChosen(event.target.value)}>
            {servers.map((each) => (
              <option key={each.path} value={each.path}>
                {each.product} {each.version} · {each.path}
              </option>
            ))}
          </select>
        </label>
      ) : server === undefined ? null : (
        <Found server={server} />
      )}
      {dropping && kept !== null ? <DropDialog kept={kept} onClose={() => setDropping(false)} /> : null}
    </>
  )
}

function DropDialog({ kept, onClose }: { readonly kept: KeptData; readonly onClose: () => void }) {
  const { privateRedis, clock } = useApp()
  return (
    <Confirm
      title="Drop the kept data?"
      description={`The private Redis kept ${keysInWords(kept)}, saved ${formatDay(kept.savedAt, clock.now())}. They are deleted from this machine, and nothing brings them back.`}
      action="Drop kept data"
      blocked={null}
      onClose={onClose}
      onConfirm={() => privateRedis.drop()}
    />
  )
}

const Found = ({ server: { path, product, version } }: { readonly server: RedisBinary }) => (
  <p className={styles.found}>
    {product} {version} · <span>{path}</span>
  </p>
)

const keysInWords = ({ keys }: KeptData): string => (keys === null ? 'what was kept' : plural(keys, 'key'))

function installHint(platform: string): string {
  if (platform === 'darwin') return 'brew install redis'
  if (platform === 'win32') return 'wsl sudo apt install redis-server'
  return 'sudo apt install redis-server'
}
