import { type FormEvent, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { formatDuration } from '../../lib/format.ts'
import { DEMO_DEFAULTS } from '../../stores/app.ts'
import { useApp, useBlock, useDemo, useList } from '../../stores/context.ts'
import styles from './DemoPanel.module.css'

export function StartForm() {
  const app = useApp()
  const prefix = useList((state) => state.prefix)
  const pending = useDemo((state) => state.pending)
  const failure = useDemo((state) => state.failure)
  const blocked = useBlock('demo')
  const [port, setPort] = useState(String(DEMO_DEFAULTS.port))
  const [ttl, setTtl] = useState(String(DEMO_DEFAULTS.ttl))
  const [portError, setPortError] = useState<string | null>(null)

  const start = (text: string) => {
    const wanted = /^\s*\d{1,5}\s*$/.test(text) ? Number(text) : Number.NaN
    if (!(wanted <= 65_535)) {
      setPortError('A port is a whole number from 0 to 65535; 0 takes any free one.')
      return
    }
    setPortError(null)
    setPort(text)
    void app.demo.start({ port: wanted, prefix, ttl })
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!pending && blocked === null) start(port)
  }
  const freePort = failure?.code === 'port_in_use' ? failure.details.freePort : undefined
  const ttlError = failure?.code === 'invalid_ttl' ? failure.message : null
  return (
    <form className={styles.start} onSubmit={submit} noValidate>
      <p className={styles.lead}>
        A small website on this machine that keeps its sessions in this Redis, under <code>{prefix}</code>.
        Log in and click there; here you see each request, the Redis commands it caused, and the session
        change.
      </p>
      <div className={styles.inputs}>
        <Field
          label="Demo port"
          mono
          inputMode="numeric"
          value={port}
          error={portError}
          onChange={(event) => {
            setPort(event.target.value)
            setPortError(null)
          }}
        />
        <Field
          label="Demo session TTL in seconds"
          mono
          inputMode="numeric"
          value={ttl}
          error={ttlError}
          hint={/^\s*\d{1,15}\s*$/.test(ttl) && Number(ttl) > 0 ? formatDuration(Number(ttl)) : undefined}
          onChange={(event) => setTtl(event.target.value)}
        />
        <Button kind="primary" type="submit" busy={pending} blocked={blocked} className={styles.go}>
          Start demo server
        </Button>
      </div>
      {failure !== null && ttlError === null ? (
        <Problem>
          {failure.message}{' '}
          {typeof freePort === 'number' ? (
            <Button small onClick={() => start(String(freePort))}>
              Use port {freePort}
            </Button>
          ) : null}
        </Problem>
      ) : null}
    </form>
  )
}
