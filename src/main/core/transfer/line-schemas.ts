import { z } from 'zod'
import { bytesSchema } from '#shared/bytes.ts'
import { LIMITS } from '#shared/model.ts'
import {
  exportFormSchema,
  redactionSchema,
  TRANSFER_FORMAT,
  TRANSFER_LIMITS,
  TRANSFER_VERSION,
} from '#shared/transfer.ts'

/*
 * The lines of an export, as docs/export-format.md describes them. Unknown members are refused in sessions: a misspelt
 * expiry that is passed over would make sessions which never end.
 */

/** The latest moment that Redis takes, about: 2^63 - 1. */
const LATEST = 9.2e18
const moment = z
  .number()
  .refine(
    (value) => Number.isInteger(value) && value >= 0 && value <= LATEST,
    'A moment is a whole number of epoch milliseconds.',
  )
/** Of a field Redis takes less: 2^46 - 1, in the year 4199. */
const fieldMoment = moment.refine((value) => value < 2 ** 46, 'A field cannot expire as late as that.')
/** What people write by hand is not always text. */
const value = z.union(
  [bytesSchema, z.number().transform(String), z.boolean().transform(String)],
  'A value is text, a number, true or false, or {"base64": …}.',
)
const id = bytesSchema.refine(
  (bytes) => (typeof bytes === 'string' ? bytes : bytes.base64).length <= TRANSFER_LIMITS.idBytes,
  `An id takes at most ${TRANSFER_LIMITS.idBytes} characters.`,
)

/** Names with values. Not zod's record, which drops the name `__proto__` without a word. */
const recordOf = <T>(member: z.ZodType<T>, message: string) =>
  z
    .custom<object>((input) => typeof input === 'object' && input !== null && !Array.isArray(input), message)
    .transform((input, context): readonly (readonly [name: string, member: T])[] => {
      const entries: [string, T][] = []
      for (const [name, given] of Object.entries(input)) {
        const parsed = member.safeParse(given)
        if (!parsed.success || !name.isWellFormed()) {
          context.addIssue({ code: 'custom', message: `${shortName(name)}: ${message}` })
          return z.NEVER
        }
        entries.push([name, parsed.data])
      }
      return entries
    })

const shortName = (name: string) => (name.length > 40 ? `${name.slice(0, 40)}…` : name)

const common = {
  id,
  key: bytesSchema.optional(),
  expires_at_ms: moment.nullable().optional(),
  expires_at: z.string().max(100).nullable().optional(),
  ttl_ms: z.number().nullable().optional(),
}

export const hashLine = z.strictObject({
  ...common,
  type: z.literal('hash').optional(),
  /** Seconds from the import on. */
  ttl: z.int('A ttl is a whole number of seconds.').min(1).nullable().optional(),
  fields: recordOf(value, 'Fields are names with values: text, or {"base64": …}.'),
  field_expires_at_ms: recordOf(
    fieldMoment,
    'Expiries of fields are names with epoch milliseconds up to 2^46.',
  ).optional(),
  binary_fields: z
    .array(z.strictObject({ name: bytesSchema, value, expires_at_ms: fieldMoment.optional() }))
    .optional(),
})
export const stringLine = z.strictObject({ ...common, type: z.literal('string'), value: bytesSchema })
export const itemsLine = z.strictObject({
  ...common,
  type: z.enum(['list', 'set']),
  items: z.array(bytesSchema).min(1, 'It has no items, and Redis keeps no empty ones.'),
})
export const scoredLine = z.strictObject({
  ...common,
  type: z.literal('zset'),
  items: z
    .array(z.strictObject({ member: bytesSchema, score: z.union([z.number(), z.enum(['inf', '-inf'])]) }))
    .min(1, 'It has no items, and Redis keeps no empty ones.'),
})
export const dumpLine = z.strictObject({
  ...common,
  type: z.string().max(100).optional(),
  // Not zod's base64, which asks for the padding alone: the payload's checksum says more.
  dump: z.string().regex(/^[A-Za-z\d+/]*={0,2}$/, 'A dump is base64.'),
  content: z
    .string()
    .regex(/^[0-9a-f]{40}$/, 'A mark of the content is a SHA-1 in hexadecimal.')
    .optional(),
})

export const headerLine = z.object({
  format: z.literal(TRANSFER_FORMAT),
  version: z.literal(TRANSFER_VERSION),
  form: exportFormSchema,
  redacted: redactionSchema.optional(),
  prefix: z
    .string()
    .refine((text) => text.isWellFormed(), 'A prefix is well-formed Unicode.')
    .refine((text) => Buffer.byteLength(text) <= LIMITS.prefixBytes, 'Its prefix is too long.'),
  exported_at: z.string().max(100).optional(),
  server: z.object({ product: z.string().max(100), version: z.string().max(100) }).optional(),
})
export const endLine = z.object({ end: z.literal(true), sessions: z.int().min(0) })
