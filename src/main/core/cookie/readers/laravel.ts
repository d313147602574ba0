import { createDecipheriv } from 'node:crypto'
import { z } from 'zod'
import { type CookieReader, type IdGuess, reading, SURE } from '../cookie-reading.ts'
import { fromBase64, hmac, isSame } from '../readable.ts'

/*
 * Laravel's cookies: base64 of JSON with iv, value, mac and tag. AES-CBC with a mac, an HMAC-SHA256 of iv and value as they
 * are spelt, or AES-GCM with a tag, by APP_KEY. What is encrypted begins with an HMAC-SHA1 of the cookie's name and `v2`,
 * so that no cookie passes for another; before Laravel 5.5.42 it was PHP-serialised. Sources: Illuminate/Encryption/
 * Encrypter.php, Illuminate/Cookie/CookieValuePrefix.php, Illuminate/Cookie/Middleware/EncryptCookies.php.
 */
const payloadSchema = z.object({
  iv: z.string(),
  value: z.string(),
  mac: z.string(),
  tag: z.string().optional(),
})
type Payload = z.infer<typeof payloadSchema>

const ID = /^[A-Za-z0-9]{40}$/
const NAME = /^(.+)[_-]session$/
const PREFIX_CHARACTERS = 41

export const laravelSession: CookieReader = ({ name, base, value, secrets }) => {
  const isNamed = NAME.test(base)
  if (ID.test(value)) {
    return reading('Laravel', isNamed ? SURE.certain : SURE.possible, {
      ids: [guess(value, base)],
      note: isNamed ? 'It is not encrypted, as by EncryptCookies’ list of exceptions.' : '',
    })
  }
  const payload = payloadOf(value)
  if (payload === null) return null
  const isCsrf = /^XSRF-TOKEN$/i.test(base)
  const score = isNamed || isCsrf ? SURE.certain : SURE.form
  if (isCsrf)
    return reading('Laravel', score, {
      outcome: 'other',
      note: 'It carries the CSRF token and no session’s id.',
    })
  const keys = secrets.map(keyOf)
  if (secrets.length === 0) {
    return reading('Laravel', score, {
      outcome: 'secret',
      note: 'Laravel encrypts it. Add the application’s APP_KEY as a secret, and the id in it can be read.',
    })
  }
  if (keys.every((key) => key === null)) {
    return reading('Laravel', score, {
      outcome: 'secret',
      note: 'None of the secrets is an APP_KEY: that has 16 or 32 bytes, mostly written as base64: and 44 characters.',
    })
  }
  for (const key of keys) {
    const plain = key === null ? null : decrypted(payload, key)
    if (plain === null || key === null) continue
    const content = withoutPrefix(plain)
    if (!ID.test(content)) {
      return reading('Laravel', score, {
        outcome: 'other',
        signature: 'good',
        note: 'It could be decrypted, and what is in it is no session’s id.',
      })
    }
    const isForOther = plain !== content && name !== null && !isPrefixed(plain, base, name, key)
    return reading('Laravel', SURE.certain, {
      signature: isForOther ? 'bad' : 'good',
      note: isForOther ? 'It was made for a cookie of another name, so that Laravel would not take it.' : '',
      ids: [guess(content, base)],
    })
  }
  return reading('Laravel', score, {
    outcome: 'secret',
    signature: 'bad',
    note: 'None of the secrets is the key that it was encrypted with, so the id in it cannot be read.',
  })
}

function payloadOf(value: string): Payload | null {
  const bytes = fromBase64(value)
  // As `{"` in base64 begins, so that no other text is parsed for nothing.
  if (bytes === null || !value.startsWith('eyJ')) return null
  try {
    return payloadSchema.parse(JSON.parse(bytes.toString()))
  } catch {
    return null
  }
}

/** @param secret as it stands in APP_KEY @returns null for one of another length */
function keyOf(secret: string): Buffer | null {
  const text = secret.replace(/^APP_KEY=/, '').replace(/^"(.*)"$/, '$1')
  const key = text.startsWith('base64:')
    ? Buffer.from(text.slice('base64:'.length), 'base64')
    : Buffer.from(text)
  return key.length === 16 || key.length === 32 ? key : null
}

/** @returns null where it was not encrypted with this key, or has been changed */
function decrypted({ iv, value, mac, tag = '' }: Payload, key: Buffer): string | null {
  const [start, data] = [Buffer.from(iv, 'base64'), Buffer.from(value, 'base64')]
  const bits = key.length * 8 === 128 ? 128 : 256
  try {
    if (tag !== '') {
      const decipher = createDecipheriv(`aes-${bits}-gcm`, key, start, { authTagLength: 16 })
      decipher.setAuthTag(Buffer.from(tag, 'base64'))
      return Buffer.concat([decipher.update(data), decipher.final()]).toString()
    }
    if (!isSame(hmac('sha256', key, iv + value), Buffer.from(mac, 'hex'))) return null
    const decipher = createDecipheriv(`aes-${bits}-cbc`, key, start)
    return Buffer.concat([decipher.update(data), decipher.final()]).toString()
  } catch {
    return null
  }
}

const withoutPrefix = (plain: string): string => {
  const serialised = /^s:\d+:"([^"]*)";$/.exec(plain)?.[1]
  if (serialised !== undefined) return serialised
  return /^[0-9a-f]{40}\|/.test(plain) ? plain.slice(PREFIX_CHARACTERS) : plain
}

const isPrefixed = (plain: string, base: string, name: string, key: Buffer): boolean =>
  !/^[0-9a-f]{40}\|/.test(plain) ||
  [name, base].some((each) => plain.startsWith(`${hmac('sha1', key, `${each}v2`).toString('hex')}|`))

/**
 * The cache's key: the connection's prefix, `{app}_database_`, and the store's, `{app}_cache_`, whose spelling has changed
 * with the versions; the cookie is called after the same application. Sources: config/database.php, config/cache.php and
 * Illuminate/Cache/RedisStore.php.
 */
function guess(id: string, base: string): IdGuess {
  const app = NAME.exec(base)?.[1] ?? 'laravel'
  const prefixes = [...new Set([app, 'laravel'])].flatMap((name) =>
    ['_', '-'].flatMap((dash) => {
      const slug = name.replace(/[-_]/g, dash)
      const [database, cache] = [`${slug}${dash}database${dash}`, `${slug}${dash}cache${dash}`]
      return [
        ...[`${database}${cache}:`, `${database}${cache}`, `${database}${slug}${dash}cache:`, database],
        ...[`${cache}:`, cache, `${slug}${dash}cache:`, `${slug}:`, `${database}${slug}:`],
      ]
    }),
  )
  return { id, prefixes: [...new Set(prefixes)] }
}
