import { type FormEvent, useRef, useState } from 'react'
import type { SavedConnection } from '#shared/connections.ts'
import type { ConnectionTest, Deployment } from '#shared/target.ts'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { useApp, useConnection, useConnections } from '../../stores/context.ts'
import styles from './ConnectForm.module.css'
import { type ConnectForm as Form, hasSecrets } from './connect-form.ts'
import { type FormSection, sectionOf } from './connect-problems.ts'
import type { FormView } from './form-view.ts'
import { MarkFields } from './MarkFields.tsx'
import { ServerFields } from './ServerFields.tsx'
import { SshSection } from './SshSection.tsx'
import { TestSteps } from './TestSteps.tsx'
import { TlsSection } from './TlsSection.tsx'
import { TrustDialog } from './TrustDialog.tsx'
import { useConnectForm } from './use-connect-form.ts'
import { Waiting } from './Waiting.tsx'

/** Of a saved connection, or of a new one: where it goes, what it is called, and the ways on. */
export function ConnectForm({ entry }: { readonly entry: SavedConnection | null }) {
  const { connections } = useApp()
  const pending = useConnection((state) => state.pending)
  const status = useConnection((state) => state.status)
  const storage = useConnections((state) => state.list?.secretStorage ?? null)
  const element = useRef<HTMLFormElement>(null)
  const state = useConnectForm(entry, element)
  const { form, other } = state
  const [opened, setOpened] = useState<Readonly<Partial<Record<FormSection, boolean>>>>({})
  const [test, setTest] = useState<ConnectionTest | 'running' | null>(null)

  const view: FormView = {
    ...state.view,
    set(part) {
      state.view.set(part)
      // It says nothing of what stands there now.
      if (test !== 'running') setTest(null)
    },
  }

  // What is wrong must be seen: its section opens, and so does one that cannot go without being filled in.
  const guilty = sectionOf(state.guilty)
  const isOpen = (section: FormSection) =>
    guilty === section || (opened[section] ?? (section === 'ssh' && entry?.target.ssh === undefined))
  const section = (name: FormSection) => ({
    view,
    open: isOpen(name),
    onOpen: (open: boolean) => setOpened({ ...opened, [name]: open }),
  })

  const run = async () => {
    const target = state.readWhole()
    if (target === null || test === 'running') return
    state.dismiss()
    setTest('running')
    try {
      setTest(await connections.test(target))
    } catch (error) {
      setTest(null)
      state.fail(error)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    state.connect()
  }
  const asksSecrets = storage !== null && hasSecrets(form, entry)
  return (
    <form ref={element} className={styles.form} onSubmit={submit} noValidate>
      <ServerFields view={view} keepsPassword={state.keepsPassword} />
      {hasTransport(form) ? (
        <>
          <TlsSection {...section('tls')} />
          <SshSection {...section('ssh')} />
        </>
      ) : null}
      <hr className={styles.line} />
      <MarkFields view={view} storage={asksSecrets ? storage : null} />
      {test === null ? null : <TestSteps test={test} onClose={() => setTest(null)} />}
      <div className={styles.footer}>
        {state.message === null ? null : <Problem>{state.message}</Problem>}
        {other === null ? null : (
          <Button small className={styles.other} onClick={() => state.connectAs(other)}>
            {CONNECT_AS[other]}
          </Button>
        )}
        <div className={styles.actions}>
          <Button kind="primary" type="submit" busy={pending === 'connect'}>
            Connect
          </Button>
          <Button busy={test === 'running'} onClick={run}>
            Test
          </Button>
          <Button
            busy={state.busy === 'save'}
            blocked={entry === null || state.dirty ? null : 'Nothing has been changed.'}
            onClick={() => void state.save()}
          >
            Save
          </Button>
          {state.dirty ? (
            <Button kind="quiet" onClick={state.revert}>
              Revert
            </Button>
          ) : null}
          <span className={styles.progress} role="status">
            {pending === 'connect' && (status?.state !== 'connecting' || status.notReady === null)
              ? `Connecting to ${status?.state === 'connecting' ? status.target.label : 'Redis'}…`
              : state.dirty
                ? 'Not saved yet.'
                : ''}
          </span>
        </div>
        <Waiting />
      </div>
      {state.question === null ? null : (
        <TrustDialog hostKey={state.question} onClose={state.dismiss} onTrust={state.trust} />
      )}
    </form>
  )
}

const CONNECT_AS: Readonly<Record<Deployment, string>> = {
  standalone: 'Connect to it as one server',
  sentinel: 'Connect by way of it, as a Sentinel',
  cluster: 'Connect to it as a cluster',
}

/** Whether TLS and a tunnel can be asked for: a URL says itself whether it is TLS, a socket needs neither. */
const hasTransport = ({ kind }: Form): boolean => kind !== 'url' && kind !== 'socket'
