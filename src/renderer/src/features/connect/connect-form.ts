import type { ErrorCode } from '#shared/errors.ts'
import type { Environment, PublicTarget } from '#shared/model.ts'
import type { ConnectionTarget } from '#shared/target.ts'

/** What stands in the form, as it was typed. */
export interface ConnectForm {
  readonly mode: 'parts' | 'url'
  readonly url: string
  readonly host: string
  readonly port: string
  readonly username: string
  readonly password: string
  readonly db: string
  readonly tls: boolean
  readonly readOnly: boolean
  readonly environment: Environment | null
}

export type ConnectInput = keyof Omit<ConnectForm, 'mode'>

export const EMPTY_FORM: ConnectForm = {
  mode: 'parts',
  url: '',
  host: '127.0.0.1',
  port: '6379',
  username: '',
  password: '',
  db: '0',
  tls: false,
  readOnly: false,
  environment: null,
}

/** What the form starts with: the URL given at the start, else where one was connected to last. */
export function firstForm(prefill: string | null, last: PublicTarget | null): ConnectForm {
  if (prefill !== null) return { ...EMPTY_FORM, mode: 'url', url: prefill }
  if (last === null) return EMPTY_FORM
  const { host, port, username, db, tls } = last
  return { ...EMPTY_FORM, host, port: String(port), username: username ?? '', db: String(db), tls }
}

/** A message for one input, found before anything is sent. */
export interface InputProblem {
  readonly input: ConnectInput
  readonly message: string
}

const wholeNumber = (text: string, min: number, max: number): number | null => {
  if (!/^\s*\d+\s*$/.test(text)) return null
  const value = Number(text)
  return value >= min && value <= max ? value : null
}

/** @returns what to connect to, or what is wrong with which input. */
export function readForm(form: ConnectForm): ConnectionTarget | InputProblem {
  const rest = {
    ...(form.password === '' ? {} : { password: form.password }),
    ...(form.readOnly ? { readOnly: true } : {}),
    ...(form.environment === null ? {} : { environment: form.environment }),
  }
  if (form.mode === 'url') {
    if (!/^rediss?:\/\//i.test(form.url.trim()))
      return { input: 'url', message: 'A URL starts with redis:// or, for TLS, rediss://.' }
    return { url: form.url.trim(), ...rest }
  }
  if (form.host.trim() === '') return { input: 'host', message: 'Type a host name or an address.' }
  const port = wholeNumber(form.port, 1, 65_535)
  if (port === null) return { input: 'port', message: 'A port is a whole number from 1 to 65535.' }
  const db = wholeNumber(form.db, 0, 1_000_000)
  if (db === null) return { input: 'db', message: 'A database is a whole number from 0.' }
  const username = form.username.trim() === '' ? {} : { username: form.username.trim() }
  return { host: form.host.trim(), port, db, tls: form.tls, ...username, ...rest }
}

export const isProblem = (result: ConnectionTarget | InputProblem): result is InputProblem =>
  'input' in result

const GUILTY: Partial<Record<ErrorCode, ConnectInput>> = {
  bad_url: 'url',
  unreachable: 'host',
  wrong_password: 'password',
  not_redis: 'port',
  tls_mismatch: 'tls',
}

/** The input that a refused connection is about; in URL mode the URL holds everything but the password. */
export function guiltyInput(code: ErrorCode, mode: ConnectForm['mode']): ConnectInput | null {
  const input = GUILTY[code] ?? null
  return mode === 'url' && input !== null && input !== 'password' ? 'url' : input
}
