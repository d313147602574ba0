import { KEPT_NAMES, type KeptName } from '#shared/connections.ts'
import { DEPLOYMENTS, type Deployment } from '#shared/target.ts'
import type { Failure } from '../../lib/failure.ts'
import type { ConnectInput, Kind } from './connect-form.ts'

/** What stays folded until it is needed. */
export type FormSection = 'tls' | 'ssh'

/** The input that holds the address. */
const PLACE_INPUT: Readonly<Record<Kind, ConnectInput>> = {
  server: 'host',
  socket: 'path',
  sentinel: 'nodes',
  cluster: 'nodes',
  url: 'url',
}

const isKeptName = (name: unknown): name is KeptName => (KEPT_NAMES as readonly unknown[]).includes(name)

/** The input that a refused connection is about; in URL mode the URL holds everything but the password. */
export function guiltyInput({ code, details }: Failure, kind: Kind): ConnectInput | null {
  if (code === 'secret_needed') {
    const first: unknown = Array.isArray(details.missing) ? details.missing[0] : null
    return isKeptName(first) ? first : null
  }
  if (code === 'wrong_password') return 'password'
  if (code === 'unreachable' || code === 'bad_url') return PLACE_INPUT[kind]
  if (code === 'not_redis') return kind === 'server' ? 'port' : PLACE_INPUT[kind]
  if (code === 'tls_mismatch') return kind === 'url' || kind === 'socket' ? PLACE_INPUT[kind] : 'tls'
  if (code === 'tunnel_failed' || code === 'host_key_changed') return 'sshHost'
  return null
}

/** What else the server is run as, where it is not what it was connected to as; null for any other failure. */
export function otherDeployment(failure: Failure | null): Deployment | null {
  if (failure?.code !== 'other_deployment') return null
  return DEPLOYMENTS.find((each) => each === failure.details.deployment) ?? null
}

export function sectionOf(input: ConnectInput | null): FormSection | null {
  if (input === null) return null
  if (input.startsWith('tls') || input === 'servername' || input === 'acceptUntrusted') return 'tls'
  return input.startsWith('ssh') || input === 'hostKey' ? 'ssh' : null
}

/** The key of an SSH server that is to be looked at. */
export interface HostKey {
  readonly host: string
  readonly port: number
  readonly keyType: string
  readonly fingerprint: string
}

/** What `unknown_host` tells; null for any other failure. */
export function unknownHost(failure: Failure | null): HostKey | null {
  if (failure?.code !== 'unknown_host') return null
  const { host, port, keyType, fingerprint } = failure.details
  return typeof host === 'string' && typeof port === 'number' && typeof fingerprint === 'string'
    ? { host, port, keyType: typeof keyType === 'string' ? keyType : 'key', fingerprint }
    : null
}
