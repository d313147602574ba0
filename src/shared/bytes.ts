import { z } from 'zod'

/**
 * Bytes as they cross to the screen: text where they are valid UTF-8, else base64 with a mark.
 * Redis keys, field names and values may hold any bytes; JSON may not.
 */
export type Bytes = string | { readonly base64: string }

export const bytesSchema: z.ZodType<Bytes> = z.union([
  z.string().refine((text) => text.isWellFormed(), 'Text must be well-formed Unicode.'),
  z.strictObject({ base64: z.base64() }),
])

/** A string that is the same for the same bytes and differs for others: for maps and React keys. */
export const bytesId = (bytes: Bytes): string =>
  typeof bytes === 'string' ? `t${bytes}` : `b${bytes.base64}`
