import { createHash } from 'node:crypto'
import { type CookieReader, reading, SURE } from '../cookie-reading.ts'

/*
 * Rack and Rails. The cookie has the public id, in hexadecimal; since Rack 2.0.8 the key has the private one, `2::` and the
 * SHA-256 of that, so that who reads Redis cannot take a session over. Older ones lie under the public id itself. Sources:
 * rack/session/abstract/id.rb (SessionId), redis-session-store.rb, redis-rack, ActionDispatch::Session::CacheStore.
 */
const NAME = /^(?:rack\.session|_.+_session(?:_id)?|_session_id)$/
const PREFIXES = ['', 'session:', 'rack:session:', '_session_id:', 'cache:', 'sessions:', 'session']

export const rackSession: CookieReader = ({ base, value }) => {
  const isNamed = NAME.test(base)
  if (!/^(?:[0-9a-f]{32}|[0-9a-f]{64})$/.test(value)) {
    // An id is sent as it is; anything else under that name is the session itself, or nothing of Rack's.
    return isNamed && /^2::[0-9a-f]{64}$/.test(value)
      ? reading('Rack', SURE.certain, {
          outcome: 'malformed',
          note: 'This is the private id, as it stands in Redis. Rack would hash it once more and find nothing.',
          ids: [{ id: value, prefixes: PREFIXES }],
        })
      : null
  }
  const privateId = `2::${createHash('sha256').update(value).digest('hex')}`
  return reading('Rails or Rack', isNamed ? SURE.certain : SURE.possible + 5, {
    ids: [
      { id: privateId, prefixes: PREFIXES },
      { id: value, prefixes: PREFIXES },
    ],
  })
}

const BASE64 = '[A-Za-z0-9+/]'
/** AES-GCM: data, 12 bytes of iv, 16 of tag. */
const ENCRYPTED = new RegExp(`^${BASE64}+={0,2}--${BASE64}{16}--${BASE64}{22}==$`)
/** Signed by SHA-1 or SHA-256; until Rails 5.2 what is signed is encrypted by AES-CBC, base64 of data and iv. */
const SIGNED = new RegExp(`^${BASE64}+={0,2}--(?:[0-9a-f]{40}|[0-9a-f]{64})$`)

/** Sources: active_support/message_encryptor.rb and message_verifier.rb, Rack::Session::Cookie. */
export const railsCookie: CookieReader = ({ base, value }) => {
  const isEncrypted = ENCRYPTED.test(value)
  if (!isEncrypted && !SIGNED.test(value)) return null
  return reading('Rails’ cookie store', NAME.test(base) ? SURE.certain : SURE.form, {
    outcome: 'stateless',
    note: isEncrypted
      ? 'The whole session is in the cookie, encrypted with the application’s secret_key_base. There is nothing of it in Redis.'
      : 'The whole session is in the cookie, signed by Rails or Rack. There is nothing of it in Redis.',
    signature: isEncrypted ? 'none' : 'unchecked',
  })
}
