import { Tabs } from 'radix-ui'
import { type ComponentProps, type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { ENVIRONMENTS } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { Field } from '../../components/Field.tsx'
import { Problem } from '../../components/Problem.tsx'
import { environmentInWords } from '../../lib/environment.ts'
import { useApp, useConnection } from '../../stores/context.ts'
import styles from './ConnectScreen.module.css'
import {
  type ConnectInput,
  type ConnectForm as Form,
  firstForm,
  guiltyInput,
  type InputProblem,
  isProblem,
  readForm,
} from './connect-form.ts'
import { Waiting } from './Waiting.tsx'

export function ConnectForm() {
  const { connection } = useApp()
  const info = useConnection((state) => state.info)
  const pending = useConnection((state) => state.pending)
  const failure = useConnection((state) => state.failure)
  const status = useConnection((state) => state.status)
  const prefill = info?.prefill ?? null
  const last = useConnection((state) => state.lastTarget)
  const [form, setForm] = useState<Form>(() => firstForm(prefill, last))
  const [local, setLocal] = useState<InputProblem | null>(null)
  const element = useRef<HTMLFormElement>(null)
  const set = (part: Partial<Form>) => {
    setForm({ ...form, ...part })
    setLocal(null)
  }

  const refused = failure !== null && failure.code !== 'no_redis_server' ? failure : null
  const guilty = local?.input ?? (refused === null ? null : guiltyInput(refused.code, form.mode))
  const message = local?.message ?? refused?.message ?? null
  const errorOf = (input: ConnectInput): string | null => (guilty === input ? message : null)

  // The message stands at the input that it is about, and so does the cursor.
  useEffect(() => {
    if (guilty === null || message === null) return
    const input = element.current?.elements.namedItem(guilty)
    if (input instanceof HTMLInputElement) {
      input.focus()
      input.select()
    }
  }, [guilty, message])

  const usesPrefill = form.mode === 'url' && form.url.trim() === prefill
  const keepsPassword = usesPrefill && info?.prefillHasPassword === true && form.password === ''
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (pending !== null) return
    const target = readForm(form)
    if (isProblem(target)) setLocal(target)
    else void connection.connect(keepsPassword ? { ...target, usePrefillPassword: true } : target)
  }

  const password = (
    <Field
      label="Password"
      name="password"
      type="password"
      autoComplete="current-password"
      value={form.password}
      placeholder={keepsPassword ? 'as given at the start' : ''}
      error={errorOf('password')}
      onChange={(event) => set({ password: event.target.value })}
    />
  )
  return (
    <form ref={element} className={styles.form} onSubmit={submit} noValidate>
      <Tabs.Root
        value={form.mode}
        onValueChange={(mode) => set({ mode: mode === 'url' ? 'url' : 'parts' })}
        className={styles.form}
      >
        <Tabs.List className={styles.modes} aria-label="How to say which Redis">
          <Tabs.Trigger value="parts" className={styles.mode}>
            Address
          </Tabs.Trigger>
          <Tabs.Trigger value="url" className={styles.mode}>
            URL
          </Tabs.Trigger>
        </Tabs.List>
        <Tabs.Content value="parts" className={styles.form} tabIndex={-1}>
          <div className={styles.row}>
            <Field
              label="Host"
              name="host"
              mono
              value={form.host}
              error={errorOf('host')}
              onChange={(event) => set({ host: event.target.value })}
            />
            <Field
              label="Port"
              name="port"
              mono
              inputMode="numeric"
              value={form.port}
              error={errorOf('port')}
              onChange={(event) => set({ port: event.target.value })}
            />
          </div>
          <div className={styles.row} data-even>
            <Field
              label="User"
              name="username"
              value={form.username}
              placeholder="default"
              autoComplete="username"
              onChange={(event) => set({ username: event.target.value })}
            />
            {password}
          </div>
          <div className={styles.row} data-last>
            <Field
              label="Database"
              name="db"
              mono
              inputMode="numeric"
              value={form.db}
              error={errorOf('db')}
              onChange={(event) => set({ db: event.target.value })}
            />
            <Check
              label="TLS"
              name="tls"
              checked={form.tls}
              aria-invalid={errorOf('tls') !== null || undefined}
              onChange={(event) => set({ tls: event.target.checked })}
            />
          </div>
          {errorOf('tls') === null ? null : <Problem>{message}</Problem>}
        </Tabs.Content>
        <Tabs.Content value="url" className={styles.form} tabIndex={-1}>
          <Field
            label="URL"
            name="url"
            mono
            value={form.url}
            placeholder="redis://user:password@host:6379/0"
            hint="rediss:// for TLS. A password that is not in the URL goes below."
            error={errorOf('url')}
            onChange={(event) => set({ url: event.target.value })}
          />
          {password}
        </Tabs.Content>
      </Tabs.Root>
      {message !== null && guilty === null ? <Problem>{message}</Problem> : null}
      <div className={styles.actions}>
        <Button kind="primary" type="submit" busy={pending === 'connect'}>
          Connect
        </Button>
        <Check
          label="Read-only"
          name="readOnly"
          checked={form.readOnly}
          onChange={(event) => set({ readOnly: event.target.checked })}
        />
        <label className={styles.mark}>
          Marked as
          <select
            name="environment"
            value={form.environment ?? ''}
            onChange={(event) =>
              set({ environment: ENVIRONMENTS.find((each) => each === event.target.value) ?? null })
            }
          >
            {[null, ...ENVIRONMENTS].map((each) => (
              <option key={each} value={each ?? ''}>
                {environmentInWords(each).toLowerCase()}
              </option>
            ))}
          </select>
        </label>
        <span className={styles.progress} role="status">
          {pending === 'connect' && (status?.state !== 'connecting' || status.notReady === null)
            ? `Connecting to ${status?.state === 'connecting' ? status.target.label : 'Redis'}…`
            : ''}
        </span>
      </div>
      <Waiting />
    </form>
  )
}

function Check({ label, ...input }: ComponentProps<'input'> & { readonly label: string }) {
  const id = useId()
  return (
    <div className={styles.check}>
      <input id={id} type="checkbox" {...input} />
      <label htmlFor={id}>{label}</label>
    </div>
  )
}
