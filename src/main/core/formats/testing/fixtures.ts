import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hashFields, StoredSession } from '../stored-session.ts'

const FOLDER = join(import.meta.dirname, '../fixtures')
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'))
const plain = z.object({ madeBy: z.string(), values: z.record(z.string(), base64) })
const keyed = z.object({
  madeBy: z.string(),
  values: z.record(z.string(), z.object({ key: z.string(), value: base64 })),
})

/** What each language's own serialisation wrote; the scripts that did are beside the files. */
export const php = plain.parse(read('php.json')).values
export const python = keyed.parse(read('python.json')).values
export const ruby = keyed.parse(read('ruby.json')).values
const javaFile = plain
  .extend({
    hashes: z.record(z.string(), z.record(z.string(), base64)),
    markers: z.record(z.string(), base64),
  })
  .parse(read('java.json'))
export const java = javaFile.values
export const spring = javaFile.hashes
export const springMarkers = javaFile.markers
const aspnetHash = z.object({ absexp: z.string(), sldexp: z.string(), data: base64 })
export const aspnet = z
  .object({ madeBy: z.string(), sliding: aspnetHash, absolute: aspnetHash })
  .parse(read('aspnet.json'))

/** One of them; a name that is not there is a mistake of the test. */
export function fixture<T>(from: Readonly<Record<string, T>>, name: string): T {
  const value = from[name]
  if (value === undefined) throw new Error(`There is no fixture ${name}.`)
  return value
}

export const storedString = (key: string, value: Buffer | string, expiresAt?: number): StoredSession =>
  new StoredSession({
    key: Buffer.from(key),
    type: 'string',
    value: Buffer.from(value),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })

export const storedHash = (
  key: string,
  fields: Readonly<Record<string, Buffer | string>>,
  expiresAt?: number,
): StoredSession =>
  new StoredSession({
    key: Buffer.from(key),
    type: 'hash',
    fields: hashFields(
      Object.entries(fields).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
    ),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  })
