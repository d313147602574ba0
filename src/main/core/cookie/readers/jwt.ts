import type { TreeEntry, TreeNode } from '#shared/formats.ts'
import { child, plainText } from '../../formats/nodes.ts'
import { type CookieReader, judge, reading, SURE } from '../cookie-reading.ts'
import { fromBase64Url, hmac, isSame, readJson } from '../readable.ts'

/* JSON Web Tokens: RFC 7515 (signed), RFC 7516 (encrypted), RFC 7518 for the names of algorithms. */

const HASHES: Readonly<Record<string, string>> = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

const decodedPart = (part: string): TreeNode | null => {
  const bytes = fromBase64Url(part)
  return bytes === null ? null : readJson(bytes)
}

/** Whose token it is, by the name of its cookie. */
const libraryOf = (base: string, otherwise: string): string =>
  /^(?:authjs|next-auth)\.session-token$/.test(base) ? 'Auth.js' : otherwise

export const jwt: CookieReader = ({ base, value, secrets }) => {
  const parts = value.split('.')
  const [first = '', second = '', third = ''] = parts
  const header = parts.length === 3 ? decodedPart(first) : null
  const algorithm = plainText(child(header, 'alg'))
  const claims = algorithm === null ? null : decodedPart(second)
  if (header === null || algorithm === null || claims === null) return null
  const hash = HASHES[algorithm]
  const signature =
    third === ''
      ? 'none'
      : hash === undefined
        ? 'unchecked'
        : judge(secrets, (secret) =>
            isSame(hmac(hash, secret, `${first}.${second}`), Buffer.from(third, 'base64url')),
          )
  const byKey =
    third === ''
      ? ' It is not signed.'
      : hash === undefined
        ? ' Its signature takes the public key, which is not asked for here.'
        : ''
  return reading(libraryOf(base, 'JSON Web Token'), SURE.form + 15, {
    outcome: 'stateless',
    note: `What it says is in the cookie, and anybody can read it. There is nothing of it in Redis.${byKey}`,
    signature,
    content: { type: 'map', entries: [entry('header', header), entry('claims', claims)] },
  })
}

/** Five parts, of which the header can be read. */
export const jwe: CookieReader = ({ base, value }) => {
  const parts = value.split('.')
  const header = parts.length === 5 ? decodedPart(parts[0] ?? '') : null
  if (header === null || child(header, 'enc') === null) return null
  return reading(libraryOf(base, 'Encrypted JSON Web Token'), SURE.certain, {
    outcome: 'stateless',
    note: 'The whole session is in the cookie, encrypted with the application’s secret. There is nothing of it in Redis.',
  })
}

const entry = (name: string, node: TreeNode): TreeEntry => [
  { type: 'text', value: name, size: name.length },
  node,
]
