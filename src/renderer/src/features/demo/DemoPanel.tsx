import { ExternalLink, Play, Square } from 'lucide-react'
import { Button, IconButton } from '../../components/Button.tsx'
import { useApp, useBlock, useConnection, useDemo, useDrawer } from '../../stores/context.ts'
import styles from './DemoPanel.module.css'
import { Requests } from './Requests.tsx'
import { StartForm } from './StartForm.tsx'

/** The demo server's state in one line. */
export function DemoBar() {
  const running = useDemo((state) => state.status.state === 'running')
  return (
    <>
      <span className={styles.state} data-running={running || undefined}>
        <span className={styles.dot} aria-hidden />
        {running ? 'running' : 'stopped'}
      </span>
      {running ? <RunningBar /> : <StoppedBar />}
    </>
  )
}

/** How to start it, and once it runs, its requests with what each did in Redis. */
export function DemoPanel() {
  const running = useDemo((state) => state.status.state === 'running')
  return running ? <Requests /> : <StartForm />
}

function RunningBar() {
  const app = useApp()
  const status = useDemo((state) => state.status)
  const pending = useDemo((state) => state.pending)
  const hostLost = useConnection((state) => state.hostLostSince !== null)
  if (status.state !== 'running') return null
  return (
    <>
      <a className={styles.link} href={status.url} target="_blank" rel="noopener noreferrer">
        {status.url}
        <ExternalLink size={12} aria-hidden />
        <span className="visually-hidden"> (open the demo page in the browser)</span>
      </a>
      <span className={styles.aside} title={`Sessions go under ${status.prefix} and live ${status.ttl} s`}>
        {status.prefix}* · {status.ttl} s
      </span>
      <span className={styles.space} />
      <Button
        small
        icon={Square}
        busy={pending}
        blocked={hostLost ? 'The inspector’s host cannot be reached.' : null}
        onClick={() => app.demo.stop()}
      >
        Stop demo server
      </Button>
    </>
  )
}

function StoppedBar() {
  const app = useApp()
  const open = useDrawer((state) => state.open === 'demo')
  const blocked = useBlock('demo')
  if (open) return null
  return (
    <>
      <span className={styles.aside}>a small website to log in to, and watch its sessions here</span>
      <span className={styles.space} />
      <IconButton
        icon={Play}
        label="Set up the demo server"
        blocked={blocked}
        onClick={() => app.drawer.show('demo')}
      />
    </>
  )
}
