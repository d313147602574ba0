import type { Bytes } from '#shared/bytes.ts'
import { hasSecretBytes, isSecretPath, maskedText } from '#shared/mask.ts'
import { isBinary, toOctets } from './bytes-view.ts'

/** What of a value is not to be seen unasked: all of it, for its name; parts of a text, which has dots for them; or nothing. */
export type SecretValue =
  | { readonly kind: 'whole' }
  | { readonly kind: 'parts'; readonly masked: string }
  | { readonly kind: 'nothing' }

const WHOLE: SecretValue = { kind: 'whole' }
const NOTHING: SecretValue = { kind: 'nothing' }
const LATIN_CHUNK = 8192

/**
 * @param names that lead to the value, the outermost first; none for one without a name
 * @param id of the session that it is in, which libraries repeat in it; null where that is of no use
 */
export function secretOf(value: Bytes, names: readonly string[], id: Bytes | null): SecretValue {
  if (value === '') return NOTHING
  if (isSecretPath(names)) return WHOLE
  if (isBinary(value)) return hasSecretBytes(toLatin(toOctets(value))) ? WHOLE : NOTHING
  const masked = maskedText(value, typeof id === 'string' ? id : '')
  return masked === value ? NOTHING : { kind: 'parts', masked }
}

function toLatin(octets: Uint8Array): string {
  let text = ''
  for (let at = 0; at < octets.length; at += LATIN_CHUNK)
    text += String.fromCharCode(...octets.subarray(at, at + LATIN_CHUNK))
  return text
}
