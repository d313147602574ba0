import { z } from 'zod'
import { connectionMarksSchema, openTargetSchema, SECRET_NAMES } from '#shared/connections.ts'
import { tlsSchema } from '#shared/target.ts'

/** The version that this inspector writes. */
export const SETTINGS_VERSION = 1

/**
 * What makes a file of one version into one of the next: the first of version 1 into 2, and so on. Each takes and
 * gives plain JSON.
 */
export const MIGRATIONS: readonly ((settings: Record<string, unknown>) => Record<string, unknown>)[] = []

/** Certificates are kept with the target, secrets apart from it. */
const storedTargetSchema = openTargetSchema.extend({
  tlsOptions: tlsSchema.omit({ key: true, keyPassphrase: true }).optional(),
})

export const storedConnectionSchema = connectionMarksSchema.extend({
  id: z.string().min(1).max(64),
  target: storedTargetSchema,
  keepSecrets: z.boolean(),
  /** Encrypted by the host, base64. */
  secrets: z.partialRecord(z.enum(SECRET_NAMES), z.string().max(1_000_000)),
  /** Secrets that belong to it and are not kept. */
  asks: z.array(z.enum(SECRET_NAMES)),
})
export type StoredConnection = Readonly<z.infer<typeof storedConnectionSchema>>

export interface Settings {
  readonly connections: readonly StoredConnection[]
  /** What else stands in the file, kept as it is. */
  readonly rest: Readonly<Record<string, unknown>>
}

export const NO_SETTINGS: Settings = { connections: [], rest: {} }

/** What reading a text came to. */
export type ParsedSettings =
  | { readonly kind: 'good'; readonly settings: Settings; readonly problems: readonly string[] }
  | { readonly kind: 'broken'; readonly reason: string }
  | { readonly kind: 'newer'; readonly version: number }

const fileSchema = z.looseObject({
  version: z.int().min(1),
  connections: z.array(z.unknown()).default([]),
})

/** Reads the text of a file of settings. A connection that is wrong costs itself alone, and is a problem. */
export function parseSettings(text: string): ParsedSettings {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    return {
      kind: 'broken',
      reason: `it is no JSON (${error instanceof SyntaxError ? where(error) : 'unreadable'})`,
    }
  }
  const version = z.looseObject({ version: z.int().min(1) }).safeParse(json)
  if (!version.success) return { kind: 'broken', reason: 'it says no version' }
  if (version.data.version > SETTINGS_VERSION) return { kind: 'newer', version: version.data.version }
  const migrated = MIGRATIONS.slice(version.data.version - 1).reduce<Record<string, unknown>>(
    (old, migrate) => migrate(old),
    version.data,
  )
  const file = fileSchema.safeParse(migrated)
  if (!file.success)
    return { kind: 'broken', reason: `${file.error.issues[0]?.path.join('.')} is not what it should be` }
  const { version: _version, connections, ...rest } = file.data
  const good: StoredConnection[] = []
  const problems: string[] = []
  for (const [index, each] of connections.entries()) {
    const parsed = storedConnectionSchema.safeParse(each)
    if (parsed.success && !good.some(({ id }) => id === parsed.data.id)) good.push(parsed.data)
    else problems.push(`number ${index + 1} (${parsed.error?.issues[0]?.path.join('.') || 'its id'})`)
  }
  return { kind: 'good', settings: { connections: good, rest }, problems }
}

/** Where the text breaks off, without a piece of it: it may hold anything. */
const where = ({ message }: SyntaxError) =>
  /(?:at )?position \d+|end of JSON input/.exec(message)?.[0] ?? 'unreadable'

export const writeSettings = ({ connections, rest }: Settings): string =>
  `${JSON.stringify({ ...rest, version: SETTINGS_VERSION, connections }, null, 2)}\n`
