import {
  type Colour,
  type ConnectionMarks,
  isSecret,
  KEPT_NAMES,
  type KeptName,
  type SavedConnection,
} from '#shared/connections.ts'
import type { Environment, PublicTarget } from '#shared/model.ts'
import type { Deployment, SshMethod, Target } from '#shared/target.ts'
import { formatAddress, readAddresses } from '../../lib/address.ts'

/** How one says which Redis. */
export const KINDS = ['server', 'socket', 'sentinel', 'cluster', 'url'] as const
export type Kind = (typeof KINDS)[number]

/** What stands in the form, as it was typed. */
export interface ConnectForm extends Readonly<Record<KeptName, string>> {
  readonly kind: Kind
  readonly url: string
  readonly host: string
  readonly port: string
  readonly path: string
  /** The Sentinels or nodes, one a line or parted by commas. */
  readonly nodes: string
  readonly masterName: string
  readonly sentinelUsername: string
  readonly username: string
  readonly db: string
  readonly tls: boolean
  readonly servername: string
  readonly acceptUntrusted: boolean
  readonly ssh: boolean
  readonly sshHost: string
  readonly sshPort: string
  readonly sshUsername: string
  readonly sshMethod: SshMethod
  /** The fingerprint of the SSH server's key that was accepted. */
  readonly hostKey: string
  readonly name: string
  readonly colour: Colour | null
  readonly environment: Environment | null
  readonly readOnly: boolean
  /** One a line. */
  readonly prefixes: string
  readonly keepSecrets: boolean
  /** What is kept of the saved connection and shall be no more. */
  readonly forgotten: readonly KeptName[]
}

export type ConnectInput = keyof Omit<ConnectForm, 'kind' | 'forgotten'>

export const EMPTY_FORM: ConnectForm = {
  kind: 'server',
  url: '',
  host: '127.0.0.1',
  port: '6379',
  path: '',
  nodes: '',
  masterName: 'mymaster',
  sentinelUsername: '',
  sentinelPassword: '',
  username: '',
  password: '',
  db: '0',
  tls: false,
  tlsCa: '',
  tlsCert: '',
  tlsKey: '',
  tlsKeyPassphrase: '',
  servername: '',
  acceptUntrusted: false,
  ssh: false,
  sshHost: '',
  sshPort: '22',
  sshUsername: '',
  sshMethod: 'agent',
  sshPassword: '',
  sshPrivateKey: '',
  sshPassphrase: '',
  hostKey: '',
  name: '',
  colour: null,
  environment: null,
  readOnly: false,
  prefixes: '',
  keepSecrets: true,
  forgotten: [],
}

/** What the form starts with: the URL given at the start, else where one was connected to last. */
export function firstForm(prefill: string | null, last: PublicTarget | null): ConnectForm {
  if (prefill !== null) return { ...EMPTY_FORM, kind: 'url', url: prefill }
  // Of a tunnel, Sentinels or a cluster the screen knows too little to begin with.
  if (last === null || last.saved !== null || last.deployment !== 'standalone') return EMPTY_FORM
  const { host, port, path, username, db, tls } = last
  return {
    ...EMPTY_FORM,
    ...(path === null ? { host, port: String(port) } : { kind: 'socket' as const, path }),
    username: username ?? '',
    db: String(db),
    tls,
  }
}

/** The form of a saved connection; its secrets and certificates are not in it. */
export function formOf({ target, ...marks }: SavedConnection): ConnectForm {
  const { deployment = 'standalone', tlsOptions, ssh } = target
  const addresses = [{ host: target.host ?? '', port: target.port }, ...(target.nodes ?? [])]
  return {
    ...EMPTY_FORM,
    kind: deployment !== 'standalone' ? deployment : target.path ? 'socket' : 'server',
    ...(deployment === 'standalone'
      ? { host: target.host ?? EMPTY_FORM.host, port: String(target.port ?? EMPTY_FORM.port) }
      : { nodes: addresses.map(formatAddress).join('\n') }),
    path: target.path ?? '',
    masterName: target.masterName ?? EMPTY_FORM.masterName,
    sentinelUsername: target.sentinelUsername ?? '',
    username: target.username ?? '',
    db: String(target.db ?? 0),
    tls: target.tls ?? false,
    servername: tlsOptions?.servername ?? '',
    acceptUntrusted: tlsOptions?.acceptUntrusted ?? false,
    ssh: ssh !== undefined,
    sshHost: ssh?.host ?? '',
    sshPort: String(ssh?.port ?? 22),
    sshUsername: ssh?.username ?? '',
    sshMethod: ssh?.method ?? 'agent',
    hostKey: ssh?.hostKey ?? '',
    name: marks.name === marks.label ? '' : marks.name,
    colour: marks.colour,
    environment: marks.environment,
    readOnly: marks.readOnly,
    prefixes: marks.prefixes.join('\n'),
    keepSecrets: marks.keepSecrets,
  }
}

/** Whether two forms say the same, and nothing that is kept has been typed or forgotten. */
export const isSame = (one: ConnectForm, other: ConnectForm): boolean =>
  JSON.stringify({ ...one, forgotten: [...one.forgotten].toSorted() }) === JSON.stringify(other)

/** What of a form has been changed since it stood as `before`. */
export const changedSince = (before: ConnectForm, now: ConnectForm): Partial<ConnectForm> =>
  Object.fromEntries(
    Object.entries(now).filter(([name, value]) => value !== before[name as keyof ConnectForm]),
  )

/** Whether two forms go to the same place, whatever is kept or typed of secrets and certificates. */
export function isSamePlace(one: ConnectForm, other: ConnectForm): boolean {
  const blank = Object.fromEntries(KEPT_NAMES.map((name) => [name, ''])) as Record<KeptName, string>
  const place = (form: ConnectForm) => JSON.stringify(readTarget({ ...form, ...blank, forgotten: [] }))
  return place(one) === place(other)
}

/** A message for one input, found before anything is sent. */
export interface InputProblem {
  readonly input: ConnectInput
  readonly message: string
}

export const isProblem = <T extends object>(result: T | InputProblem): result is InputProblem =>
  'input' in result && 'message' in result

const wholeNumber = (text: string, min: number, max: number): number | null => {
  if (!/^\s*\d+\s*$/.test(text)) return null
  const value = Number(text)
  return value >= min && value <= max ? value : null
}

/** The members that have a text. */
const given = <K extends string>(texts: Readonly<Record<K, string>>): Partial<Record<K, string>> =>
  Object.fromEntries(
    Object.entries<string>(texts)
      .map(([name, text]) => [name, text.trim()] as const)
      .filter(([, text]) => text !== ''),
  ) as Partial<Record<K, string>>

/** Secrets and certificates under their names in the target: typed ones, and '' for what is to be forgotten. */
function keptTexts<K extends string>(form: ConnectForm, names: Readonly<Record<K, KeptName>>) {
  const texts: Partial<Record<K, string>> = {}
  for (const [key, name] of Object.entries<KeptName>(names) as [K, KeptName][]) {
    if (form[name] !== '') texts[key] = form[name]
    else if (form.forgotten.includes(name)) texts[key] = ''
  }
  return texts
}

/** @returns what to connect to, or what is wrong with which input. */
export function readTarget(form: ConnectForm): Target | InputProblem {
  const password = keptTexts(form, { password: 'password' })
  if (form.kind === 'url') {
    if (!/^rediss?:\/\//i.test(form.url.trim()))
      return { input: 'url', message: 'A URL starts with redis:// or, for TLS, rediss://.' }
    return { url: form.url.trim(), ...password }
  }
  const place = readPlace(form)
  if (isProblem(place)) return place
  const db = form.kind === 'cluster' ? 0 : wholeNumber(form.db, 0, 1_000_000)
  if (db === null) return { input: 'db', message: 'A database is a whole number from 0.' }
  const ssh = form.ssh && form.kind !== 'socket' ? readSsh(form) : undefined
  if (ssh !== undefined && isProblem(ssh)) return ssh
  return {
    ...place,
    db,
    ...given({ username: form.username }),
    ...password,
    ...(form.kind === 'socket' ? { tls: false } : readTls(form)),
    ...(ssh === undefined ? {} : { ssh }),
  }
}

/** The same server, connected to as what it is run as. */
export function asDeployment(form: ConnectForm, deployment: Deployment): ConnectForm {
  const place = placeOf(form)
  return deployment === 'standalone'
    ? { ...form, ...place, kind: 'server' }
    : { ...form, ...place, kind: deployment, nodes: formatAddress({ ...place, port: Number(place.port) }) }
}

/** The one server that the form names first. */
function placeOf(form: ConnectForm): Pick<ConnectForm, 'host' | 'port' | 'username' | 'tls'> {
  const { host, port, username, tls } = form
  if (form.kind === 'url') {
    // The core has read it, or it would not have met a server.
    const url = new URL(form.url.trim())
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1') || host,
      port: url.port || '6379',
      username: decodeURIComponent(url.username),
      tls: url.protocol === 'rediss:',
    }
  }
  const [first] = form.kind === 'server' ? [] : readAddresses(form.nodes)
  return first === undefined || typeof first === 'string'
    ? { host, port, username, tls }
    : { host: first.host, port: String(first.port ?? port), username, tls }
}

function readPlace(form: ConnectForm): Target | InputProblem {
  if (form.kind === 'socket') {
    const path = form.path.trim()
    if (!path.startsWith('/') && !path.startsWith('\\\\'))
      return { input: 'path', message: 'Type the whole path of the socket, such as /run/redis/redis.sock.' }
    return { deployment: 'standalone', path }
  }
  if (form.kind === 'server') {
    if (form.host.trim() === '') return { input: 'host', message: 'Type a host name or an address.' }
    const port = wholeNumber(form.port, 1, 65_535)
    if (port === null) return { input: 'port', message: 'A port is a whole number from 1 to 65535.' }
    return { deployment: 'standalone', host: form.host.trim(), port }
  }
  const nodes = readAddresses(form.nodes)
  const what = form.kind === 'sentinel' ? 'Sentinel' : 'node of the cluster'
  if (typeof nodes === 'string')
    return { input: 'nodes', message: `${nodes} is no address. Write host:port, one a line.` }
  const [first, ...rest] = nodes
  if (first === undefined) return { input: 'nodes', message: `Type the address of at least one ${what}.` }
  if (nodes.length > 50)
    return { input: 'nodes', message: 'Fifty addresses are more than enough: name some.' }
  const deployment = form.kind === 'sentinel' ? 'sentinel' : 'cluster'
  const place = { deployment, ...first, ...(rest.length === 0 ? {} : { nodes: rest }) } as const
  if (deployment === 'cluster') return place
  if (form.masterName.trim() === '')
    return { input: 'masterName', message: 'Type what the Sentinels call the master, often mymaster.' }
  return {
    ...place,
    ...given({ masterName: form.masterName, sentinelUsername: form.sentinelUsername }),
    ...keptTexts(form, { sentinelPassword: 'sentinelPassword' }),
  }
}

function readTls(form: ConnectForm): Pick<Target, 'tls' | 'tlsOptions'> {
  if (!form.tls) return { tls: false }
  const tlsOptions = {
    ...keptTexts(form, {
      ca: 'tlsCa',
      cert: 'tlsCert',
      key: 'tlsKey',
      keyPassphrase: 'tlsKeyPassphrase',
    }),
    ...given({ servername: form.servername }),
    ...(form.acceptUntrusted ? { acceptUntrusted: true } : {}),
  }
  return { tls: true, ...(Object.keys(tlsOptions).length === 0 ? {} : { tlsOptions }) }
}

function readSsh(form: ConnectForm): NonNullable<Target['ssh']> | InputProblem {
  const host = form.sshHost.trim()
  if (host === '') return { input: 'sshHost', message: 'Type the name or address of the SSH server.' }
  const port = wholeNumber(form.sshPort, 1, 65_535)
  if (port === null) return { input: 'sshPort', message: 'A port is a whole number from 1 to 65535.' }
  const username = form.sshUsername.trim()
  if (username === '') return { input: 'sshUsername', message: 'Type whom to sign in as on the SSH server.' }
  return {
    host,
    port,
    username,
    method: form.sshMethod,
    ...(form.sshMethod === 'password' ? keptTexts(form, { password: 'sshPassword' }) : {}),
    ...(form.sshMethod === 'key'
      ? keptTexts(form, { privateKey: 'sshPrivateKey', passphrase: 'sshPassphrase' })
      : {}),
    ...given({ hostKey: form.hostKey }),
  }
}

/** What the person says of the connection. */
export function readMarks(form: ConnectForm): ConnectionMarks | InputProblem {
  // Spaces within a line may belong to a prefix.
  const prefixes = [...new Set(form.prefixes.split('\n').filter((line) => line.trim() !== ''))]
  if (prefixes.length > 20) return { input: 'prefixes', message: 'At most 20 prefixes; leave some out.' }
  if (prefixes.some((prefix) => new TextEncoder().encode(prefix).length > 512))
    return { input: 'prefixes', message: 'A prefix takes at most 512 bytes.' }
  const name = form.name.trim()
  if (name.length > 100) return { input: 'name', message: 'A name has at most 100 characters.' }
  const { colour, environment, readOnly } = form
  return { name, colour, environment, readOnly, prefixes }
}

/** Whether something has been typed, or is kept, that nobody else should read. */
export const hasSecrets = (form: ConnectForm, entry: SavedConnection | null): boolean =>
  KEPT_NAMES.some((name) => isSecret(name) && form[name] !== '') ||
  (entry !== null && (entry.asked.length > 0 || entry.kept.some(isSecret)))
