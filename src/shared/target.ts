import { z } from 'zod'
import type { ErrorCode, ErrorDetails } from './errors.ts'
import { ENVIRONMENTS } from './model.ts'

/** How the Redis is run: one server, a master that Sentinels watch, or a cluster. */
export const DEPLOYMENTS = ['standalone', 'sentinel', 'cluster'] as const
export type Deployment = (typeof DEPLOYMENTS)[number]

/** How an SSH server is told who one is. */
export const SSH_METHODS = ['agent', 'key', 'password'] as const
export type SshMethod = (typeof SSH_METHODS)[number]

const host = z.string().max(255)
const port = z.int().min(1).max(65_535)
const name = z.string().max(1024)
const secret = z.string().max(4096)
/** Certificates and keys as text: a page has no files, and a tool that keeps a path would lose them with the file. */
const pem = z.string().max(256 * 1024)

export const addressSchema = z.strictObject({ host, port: port.optional() })

export const tlsSchema = z.strictObject({
  /** Certificates of the authorities to trust instead of the machine's, PEM. */
  ca: pem.optional(),
  /** The client's own certificate and its key, PEM. */
  cert: pem.optional(),
  key: pem.optional(),
  keyPassphrase: secret.optional(),
  /** The name to ask for and to find in the certificate (SNI). @default the host */
  servername: host.optional(),
  /** Also accept a certificate that nothing vouches for; the connection then shows it all along. @default false */
  acceptUntrusted: z.boolean().optional(),
})

export const sshSchema = z.strictObject({
  host,
  /** @default 22 */
  port: port.optional(),
  username: name,
  method: z.enum(SSH_METHODS),
  /** The text of the private key, in OpenSSH's or PEM format; for `key`. */
  privateKey: pem.optional(),
  passphrase: secret.optional(),
  /** For `password`. */
  password: secret.optional(),
  /** The fingerprint of the host's key that was looked at and accepted, `SHA256:…`, beside known_hosts. */
  hostKey: z.string().max(200).optional(),
})

/** What a form or a caller says of a Redis; what it leaves out has a default. */
export const targetSchema = z.strictObject({
  /** `redis://` or `rediss://`; when it is given the other members fill in what it leaves out. */
  url: z.string().max(4096).optional(),
  /** @default 'standalone' */
  deployment: z.enum(DEPLOYMENTS).optional(),
  host: host.optional(),
  port: port.optional(),
  /** A Unix socket, instead of host and port; `standalone` alone. */
  path: z.string().max(1024).optional(),
  /** The Sentinels, or some nodes of the cluster, beside `host` and `port`. */
  nodes: z.array(addressSchema).max(50).optional(),
  /** Which of the masters that the Sentinels watch. @default 'mymaster' */
  masterName: name.optional(),
  sentinelUsername: name.optional(),
  sentinelPassword: secret.optional(),
  username: name.optional(),
  password: secret.optional(),
  db: z.int().min(0).max(1_000_000).optional(),
  tls: z.boolean().optional(),
  tlsOptions: tlsSchema.optional(),
  ssh: sshSchema.optional(),
})
export type Target = z.infer<typeof targetSchema>

/** A target, and what the person says of the connection. */
export const connectionTargetSchema = targetSchema.extend({
  /** Use the password that came with the prefilled URL, which the screen never sees. */
  usePrefillPassword: z.boolean().optional(),
  /** Write nothing until it is switched off. @default false */
  readOnly: z.boolean().optional(),
  /** @default unmarked */
  environment: z.enum(ENVIRONMENTS).optional(),
  /**
   * The saved connection that this is. It lends the secrets that are left out; where nothing says where to connect,
   * all the rest too.
   */
  saved: z.string().max(64).optional(),
  /** The saved connection that this differs from: it lends the secrets that are left out, and nothing else. */
  secretsOf: z.string().max(64).optional(),
})
export type ConnectionTarget = z.infer<typeof connectionTargetSchema>

/** What a test of a connection goes through, in this order; steps that a target does not need are left out. */
export const TEST_STEPS = [
  'resolve',
  'tunnel',
  'sentinel',
  'connect',
  'tls',
  'auth',
  'permissions',
  'version',
] as const
export type TestStepName = (typeof TEST_STEPS)[number]

/** One step of a test, and what came of it. */
export interface TestStep {
  readonly step: TestStepName
  /** `skipped`: a step before it failed. `warning`: it works, but the person should know. */
  readonly state: 'done' | 'warning' | 'failed' | 'skipped'
  /** In words: what was found, or what is wrong and what to do about it. */
  readonly detail: string
  readonly durationMs: number
  /** Of a step that failed, so that the screen can ask about a host that is not known (`unknown_host`). */
  readonly failure?: { readonly code: ErrorCode; readonly details?: ErrorDetails }
}

export interface ConnectionTest {
  readonly steps: readonly TestStep[]
}
