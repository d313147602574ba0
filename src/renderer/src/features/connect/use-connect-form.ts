import { type RefObject, useEffect, useState } from 'react'
import type { SavedConnection } from '#shared/connections.ts'
import type { ConnectionTarget, Deployment } from '#shared/target.ts'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { useApp, useConnection, useConnections } from '../../stores/context.ts'
import {
  asDeployment,
  type ConnectForm,
  type ConnectInput,
  changedSince,
  EMPTY_FORM,
  firstForm,
  formOf,
  type InputProblem,
  isProblem,
  isSame,
  isSamePlace,
  readMarks,
  readTarget,
} from './connect-form.ts'
import { guiltyInput, otherDeployment, unknownHost } from './connect-problems.ts'
import type { FormView } from './form-view.ts'

/** The form of a saved connection, or of a new one, and what one can do with it. */
export function useConnectForm(entry: SavedConnection | null, element: RefObject<HTMLFormElement | null>) {
  const app = useApp()
  const { connection, connections, toasts } = app
  const info = useConnection((state) => state.info)
  const last = useConnection((state) => state.lastTarget)
  const pending = useConnection((state) => state.pending)
  const refused = useConnection((state) => state.failure)
  const storage = useConnections((state) => state.list?.secretStorage ?? 'none')
  const fromUrl = useConnections((state) => state.fromUrl)
  const prefill = info?.prefill ?? null

  const fresh = (): ConnectForm => {
    if (entry !== null) return formOf(entry)
    const first = fromUrl && prefill === null ? EMPTY_FORM : firstForm(prefill, last)
    // What anybody could read is kept only when it is asked for.
    return { ...first, kind: fromUrl ? 'url' : first.kind, keepSecrets: storage === 'keychain' }
  }
  const [form, setForm] = useState(fresh)
  const [local, setLocal] = useState<InputProblem | null>(null)
  const [failure, setFailure] = useState<Failure | null>(null)
  const [busy, setBusy] = useState<'save' | null>(null)

  const asked = failure ?? (refused?.code === 'no_redis_server' ? null : refused)
  const shown = unknownHost(asked) === null ? asked : null
  const guilty = local?.input ?? (shown === null ? null : guiltyInput(shown, form.kind))
  const message = local?.message ?? shown?.message ?? null

  // The message stands at the input that it is about, and so does the cursor.
  useEffect(() => {
    if (guilty === null || message === null) return
    const input = element.current?.elements.namedItem(guilty)
    if (input instanceof HTMLInputElement || input instanceof HTMLTextAreaElement) {
      input.focus()
      input.select()
    }
  }, [guilty, message, element])

  const set = (part: Partial<ConnectForm>) => {
    setForm((before) => ({ ...before, ...part }))
    setLocal(null)
    setFailure(null)
  }
  const usesPrefill = form.kind === 'url' && form.url.trim() === prefill
  const keepsPassword = usesPrefill && info?.prefillHasPassword === true && form.password === ''
  const dirty = entry !== null && !isSame(form, formOf(entry))

  /** What the form says, for connecting or a test; null where something in it is wrong, which is shown then. */
  const readWhole = (from: ConnectForm): ConnectionTarget | null => {
    const target = readTarget(from)
    if (isProblem(target)) {
      setLocal(target)
      return null
    }
    return {
      ...target,
      ...(from.readOnly ? { readOnly: true } : {}),
      ...(from.environment === null ? {} : { environment: from.environment }),
      ...(keepsPassword ? { usePrefillPassword: true } : {}),
      ...(entry === null ? {} : { [isSamePlace(from, formOf(entry)) ? 'saved' : 'secretsOf']: entry.id }),
    }
  }

  const connect = (from = form, saved?: string) => {
    if (pending !== null) return
    const target = readWhole(from)
    setFailure(null)
    if (target === null) return
    const { secretsOf: _lender, ...rest } = target
    void connection.connect(saved === undefined ? target : { ...rest, saved })
  }

  /** @returns whether it was saved */
  const save = async (from = form): Promise<boolean> => {
    if (busy !== null) return false
    const [target, marks] = [readTarget(from), readMarks(from)]
    if (isProblem(target)) setLocal(target)
    if (isProblem(marks)) setLocal(marks)
    if (isProblem(target) || isProblem(marks)) return false
    setBusy('save')
    const { editing, begun } = connections.store.getState()
    setFailure(null)
    connection.dismissFailure()
    try {
      const { keepSecrets } = from
      const { url, password } = target
      const id =
        url === undefined
          ? await connections.save({
              ...marks,
              target,
              keepSecrets,
              ...(entry === null ? {} : { id: entry.id }),
            })
          : await connections.importUrl({
              ...marks,
              url,
              keepSecrets,
              ...(password === undefined ? {} : { password }),
              ...(keepsPassword ? { usePrefillPassword: true } : {}),
            })
      const saved = connections.store.getState().list?.connections.find((each) => each.id === id)
      // What was typed meanwhile is not lost.
      if (saved !== undefined) setForm((now) => ({ ...formOf(saved), ...changedSince(from, now) }))
      toasts.show('done', `Saved ${saved?.name ?? 'the connection'}.`)
      // Whoever has gone on to another one meanwhile stays there.
      const now = connections.store.getState()
      if (now.editing === editing && now.begun === begun) connections.adopt(id)
      return true
    } catch (error) {
      setFailure(toFailure(error))
      return false
    } finally {
      setBusy(null)
    }
  }

  /** Accepts the key of the SSH server that was asked about, and goes on; a saved connection accepts it from then on. */
  const trust = async (hostKey: string) => {
    const trusting = { ...form, hostKey }
    setForm(trusting)
    const ssh = entry?.target.ssh
    if (entry === null || ssh === undefined || !isSamePlace(form, formOf(entry))) return connect(trusting)
    try {
      await connections.change(entry.id, { target: { ...entry.target, ssh: { ...ssh, hostKey } } })
      connect(trusting, entry.id)
    } catch (error) {
      setFailure(toFailure(error))
    }
  }

  const view: FormView = {
    form,
    entry,
    set,
    errorOf: (input: ConnectInput) => (guilty === input ? message : null),
  }
  return {
    view,
    form,
    guilty,
    /** What is wrong and belongs to no input. */
    message: guilty === null ? message : null,
    question: unknownHost(asked),
    /** What the server is run as, where the form says otherwise. */
    other: otherDeployment(asked),
    connectAs(deployment: Deployment) {
      const changed = asDeployment(form, deployment)
      setForm(changed)
      connect(changed)
    },
    keepsPassword,
    dirty,
    busy,
    connect,
    save,
    trust,
    readWhole: () => readWhole(form),
    revert: () => {
      setForm(fresh())
      setLocal(null)
      setFailure(null)
    },
    fail: (error: unknown) => setFailure(toFailure(error)),
    dismiss: () => {
      setFailure(null)
      connection.dismissFailure()
    },
  }
}
