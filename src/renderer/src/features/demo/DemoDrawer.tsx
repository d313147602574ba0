import { ChevronDown, ChevronUp, ExternalLink, Play, Square } from 'lucide-react'
import { Button, IconButton } from '../../components/Button.tsx'
import { Splitter } from '../../components/Splitter.tsx'
import { useApp, useConnection, useDemo, useSettings, useWriteBlock } from '../../stores/context.ts'
import styles from './DemoDrawer.module.css'
import { Requests } from './Requests.tsx'
import { StartForm } from './StartForm.tsx'

const LEAST_HEIGHT = 120

/** The demo server: its state in one line, and opened, its requests with what each did in Redis. */
export function DemoDrawer() {
  const app = useApp()
  const open = useDemo((state) => state.open)
  const status = useDemo((state) => state.status)
  const height = useSettings((state) => state.drawerHeight)
  const running = status.state === 'running'
  return (
    <section className={styles.drawer} aria-label="Demo server">
      {open ? (
        <Splitter
          label="Height of the demo server’s panel"
          orientation="horizontal"
          size={height}
          min={LEAST_HEIGHT}
          max={Math.max(LEAST_HEIGHT, window.innerHeight - 320)}
          onResize={(drawerHeight) => app.settings.setState({ drawerHeight })}
        />
      ) : null}
      <div className={styles.bar}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={open}
          aria-controls="demo-panel"
          onClick={() => app.demo.setOpen(!open)}
        >
          {open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
          Demo server
        </button>
        <span className={styles.state} data-running={running || undefined}>
          <span className={styles.dot} aria-hidden />
          {running ? 'running' : 'stopped'}
        </span>
        {running ? <RunningBar /> : <StoppedBar />}
      </div>
      <div
        id="demo-panel"
        className={styles.panel}
        hidden={!open}
        style={{ height: `min(${height}px, 45vh)` }}
      >
        {!open ? null : running ? <Requests /> : <StartForm />}
      </div>
    </section>
  )
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
  const open = useDemo((state) => state.open)
  const blocked = useWriteBlock()
  if (open) return null
  return (
    <>
      <span className={styles.aside}>a small website to log in to, and watch its sessions here</span>
      <span className={styles.space} />
      <IconButton
        icon={Play}
        label="Set up the demo server"
        blocked={blocked}
        onClick={() => app.demo.setOpen(true)}
      />
    </>
  )
}
