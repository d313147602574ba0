import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const FOLDER = join(import.meta.dirname, '../fixtures')
const read = (name: string): unknown => JSON.parse(readFileSync(join(FOLDER, name), 'utf8'))

/** Cookies as other languages' libraries set them; the scripts that made them are beside the files. */
export const python = z
  .object({
    madeBy: z.string(),
    secret: z.string(),
    cookies: z.record(z.string(), z.object({ setCookie: z.string(), key: z.string().nullable() })),
  })
  .parse(read('python.json'))

export const laravel = z
  .object({
    madeBy: z.string(),
    id: z.string(),
    cookies: z.record(z.string(), z.object({ appKey: z.string(), setCookie: z.string() })),
  })
  .parse(read('laravel.json'))

export const ruby = z
  .object({
    madeBy: z.string(),
    ids: z.array(z.object({ public: z.string(), private: z.string() })),
    cookies: z.record(z.string(), z.string()),
  })
  .parse(read('ruby.json'))

/** One of them; a name that is not there is a mistake of the test. */
export function fixture<T>(from: Readonly<Record<string, T>>, name: string): T {
  const value = from[name]
  if (value === undefined) throw new Error(`There is no fixture ${name}.`)
  return value
}
