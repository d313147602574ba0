import { z } from 'zod'
import { ENVIRONMENTS, LIMITS } from './model.ts'
import { sshSchema, type Target, targetSchema, tlsSchema } from './target.ts'

/** What tells connections apart at a glance, beside their names. */
export const COLOURS = ['blue', 'teal', 'green', 'amber', 'red', 'violet', 'grey'] as const
export type Colour = (typeof COLOURS)[number]

export const CONNECTION_LIMITS = {
  /** Connections that are kept. */
  count: 200,
  nameCharacters: 100,
  /** Prefixes of interest of one connection. */
  prefixes: 20,
} as const

/** What only the core may know of a connection. It is told once and never told back. */
export const SECRET_NAMES = [
  'password',
  'sentinelPassword',
  'tlsKey',
  'tlsKeyPassphrase',
  'sshPassword',
  'sshPrivateKey',
  'sshPassphrase',
] as const
export type SecretName = (typeof SECRET_NAMES)[number]

/** Certificates are no secrets, but too long to be sent with every list. */
export const CERTIFICATE_NAMES = ['tlsCa', 'tlsCert'] as const
export type CertificateName = (typeof CERTIFICATE_NAMES)[number]

/** What is kept and not told back; of these an empty text says 'forget', and none 'as it is'. */
export type KeptName = SecretName | CertificateName

/**
 * How secrets can be kept on disk: encrypted with a key that the system guards; in a form that whoever reads the file
 * can undo; or not at all, so that they are kept in memory for as long as the inspector runs.
 */
export type SecretStorage = 'keychain' | 'plain' | 'none'

/** A target without what is not told back. */
export const openTargetSchema = targetSchema
  .omit({ url: true, password: true, sentinelPassword: true, tlsOptions: true, ssh: true })
  .extend({
    tlsOptions: tlsSchema.omit({ ca: true, cert: true, key: true, keyPassphrase: true }).optional(),
    ssh: sshSchema.omit({ privateKey: true, passphrase: true, password: true }).optional(),
  })
export type OpenTarget = z.infer<typeof openTargetSchema>

const prefixes = z
  .array(
    z
      .string()
      .max(LIMITS.prefixBytes)
      .refine((text) => text.isWellFormed(), 'not well-formed'),
  )
  .max(CONNECTION_LIMITS.prefixes)

/** What a person says of a connection, beside where it goes. */
export const connectionMarksSchema = z.strictObject({
  /** Empty for its address. */
  name: z.string().trim().max(CONNECTION_LIMITS.nameCharacters),
  colour: z.enum(COLOURS).nullable(),
  environment: z.enum(ENVIRONMENTS).nullable(),
  readOnly: z.boolean(),
  /** What is looked at on it; the first is opened on connecting. */
  prefixes,
})
export type ConnectionMarks = z.infer<typeof connectionMarksSchema>

/** Whether secrets go to the disk, where that is possible; else they are asked for at each start. */
const keepSecrets = z.boolean()

export const saveConnectionSchema = connectionMarksSchema.extend({
  /** The connection that is changed; a new one where it is left out. */
  id: z.string().max(64).optional(),
  /** Secrets and certificates in it replace what is kept; '' forgets. */
  target: targetSchema.omit({ url: true }),
  keepSecrets,
})

export const saveOpenConnectionSchema = connectionMarksSchema.extend({ keepSecrets })

export const importUrlSchema = connectionMarksSchema.extend({
  url: z.string().max(4096),
  /** Where the URL has none. */
  password: z.string().max(4096).optional(),
  /** Use the password that came with the prefilled URL, which the screen never sees. */
  usePrefillPassword: z.boolean().optional(),
  keepSecrets,
})

/** A saved connection as the screen may see it. */
export interface SavedConnection extends ConnectionMarks {
  readonly id: string
  /** Its address, socket or master, for the list. */
  readonly label: string
  readonly target: OpenTarget
  /** What is kept: on disk, or in memory for this run. */
  readonly kept: readonly KeptName[]
  /** Secrets that belong to it and are kept nowhere now: they are asked for on connecting. */
  readonly asked: readonly SecretName[]
  /** Of those, the ones that are on disk and can no longer be read: another user's, or another keychain's. */
  readonly unreadable: readonly SecretName[]
  /** Whether its secrets go to the disk. */
  readonly keepSecrets: boolean
}

/** What is wrong with the file of settings, and what has been done about it. */
export interface SettingsNotice {
  /**
   * `broken`: it was put aside. `entries`: some of its connections were, in a copy. `newer`: of a newer inspector, left
   * alone. `unreadable`, `unwritable`: nothing is saved.
   */
  readonly kind: 'broken' | 'entries' | 'newer' | 'unreadable' | 'unwritable'
  /** In words, with the file's name, and where it is now. */
  readonly message: string
}

export interface ConnectionList {
  readonly connections: readonly SavedConnection[]
  readonly secretStorage: SecretStorage
  /** False where changes last only as long as the inspector runs. */
  readonly saving: boolean
  readonly notice: SettingsNotice | null
}

const PLACES: Readonly<Record<KeptName, readonly [keyof Target] | readonly ['tlsOptions' | 'ssh', string]>> =
  {
    password: ['password'],
    sentinelPassword: ['sentinelPassword'],
    tlsCa: ['tlsOptions', 'ca'],
    tlsCert: ['tlsOptions', 'cert'],
    tlsKey: ['tlsOptions', 'key'],
    tlsKeyPassphrase: ['tlsOptions', 'keyPassphrase'],
    sshPassword: ['ssh', 'password'],
    sshPrivateKey: ['ssh', 'privateKey'],
    sshPassphrase: ['ssh', 'passphrase'],
  }

export const KEPT_NAMES = Object.keys(PLACES) as readonly KeptName[]
export type KeptTexts = Readonly<Partial<Record<KeptName, string>>>

export const isSecret = (name: KeptName): name is SecretName =>
  (SECRET_NAMES as readonly KeptName[]).includes(name)

/** Parts a target from what is not told back of it. */
export function takeKept(target: Target): { readonly open: OpenTarget; readonly kept: KeptTexts } {
  const open = structuredClone(target) as Record<string, unknown>
  const kept: Partial<Record<KeptName, string>> = {}
  for (const name of KEPT_NAMES) {
    const [first, second] = PLACES[name]
    const holder = second === undefined ? open : (open[first] as Record<string, unknown> | undefined)
    const key = second ?? first
    const text = holder?.[key]
    if (typeof text === 'string') kept[name] = text
    if (holder !== undefined) delete holder[key]
  }
  delete open.url
  return { open: open as OpenTarget, kept }
}

/** Puts back what is missing: what the target says itself stays. Of TLS and SSH only where it has them. */
export function putKept(target: Target, kept: KeptTexts): Target {
  const whole = structuredClone(target) as Record<string, unknown>
  if (whole.tls === true) whole.tlsOptions ??= {}
  for (const name of KEPT_NAMES) {
    const text = kept[name]
    if (text === undefined) continue
    const [first, second] = PLACES[name]
    const holder = second === undefined ? whole : (whole[first] as Record<string, unknown> | undefined)
    if (holder !== undefined) holder[second ?? first] ??= text
  }
  return whole as Target
}
