import { isSecretName } from '#shared/secret-names.ts'
import { holdsCardNumber } from './card-numbers.ts'

/** Kinds of secrets, each a finding of its own. */
export const SECRET_KINDS = ['passwords', 'private_keys', 'cards', 'tokens', 'other_secrets'] as const
export type SecretKind = (typeof SECRET_KINDS)[number]

/** Characters of a value that are looked at: what is a secret shows at its beginning. */
const LOOKED_AT = 4096
/** A shorter text under the name of a secret holds none: `yes`, `on`, `sms`. */
const LEAST_CHARACTERS = 4

/**
 * What the frameworks themselves keep in every session: it protects the session and is worth nothing without it.
 * CSRF tokens, OAuth's state and nonce, Django's hash of the user's password hash, the session's own id.
 */
const OF_THE_SESSION =
  /csrf|xsrf|nonce|^_token$|^state$|^_auth_user_(?:hash|id|backend)$|^sessiontoken$|^cookies?$|code_?(?:verifier|challenge)|signature/i
/** Names that tell about a secret and do not hold it: `password_changed_at`, `tokenType`, `has_pin`. */
const ABOUT_ONE =
  /(?:_at|At|_on|On|_count|Count|_type|Type|_expiry|Expiry|_expires(?:_in)?|Expires(?:In)?|_ttl|Ttl|_length|_hint|Hint|_scope|_status|_method|_enabled|Enabled|_required|Required|_verified|Verified)$|^(?:has|is|needs?|must|show|reset|change|last|use)[_A-Z]/
const PASSWORD_NAME =
  /passw|passphrase|passcode|(?:^|[^\p{L}])(?:pass|pwd|pin)(?:$|[^\p{L}])|recovery_?codes?/iu
const CARD_NAME = /(?:^|[^\p{L}])(?:cvv|cvc|cvv2|cvc2)(?:$|[^\p{L}])|security_?code/iu
const TOKEN_NAME = /token|bearer|jwt|oauth|authoriz/i
const KEY_NAME = /(?:api|private|access|signing|encryption|auth)[_-]?key|secret[_-]?key|client[_-]?secret/i

/** Values that are secrets whatever they are called. */
const PRIVATE_KEY = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/
const SERVICE_KEY =
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_\w{22,}|\bxox[abprs]-[\w-]{10,}|\b[rs]k_live_[A-Za-z0-9]{16,}|\bAIza[\w-]{35}\b|\bglpat-[\w-]{20,}/
const JWT = /\beyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]*/
const BEARER = /\b(?:Bearer|Basic) +[\w+/=.~-]{16,}/
/** How password hashes are written: crypt's forms, Argon2, Django's. They are no passwords, and not to be here either. */
const PASSWORD_HASH = /^(?:\$(?:2[abxy]|argon2(?:id|i|d)|scrypt|[156])\$|pbkdf2_sha\d+\$|\{SSHA)/

/**
 * Which kind of secret a field holds, by its name and by what its value looks like; null for none. Session-typical
 * things such as CSRF tokens are none.
 * @param name of the field alone @param text its value; null where it holds no text
 */
export function secretKindOf(name: string, text: string | null): SecretKind | null {
  if (text === null) return null
  const value = text.length > LOOKED_AT ? text.slice(0, LOOKED_AT) : text
  const isOwn = OF_THE_SESSION.test(name)
  const byForm = isOwn ? null : kindByForm(value)
  if (byForm !== null) return byForm
  return isOwn || ABOUT_ONE.test(name) ? null : kindByName(name, value)
}

/** Whether a text is a secret by its form, whatever it is called. */
export const looksSecret = (text: string): boolean => kindByForm(text.slice(0, LOOKED_AT)) !== null

function kindByForm(value: string): SecretKind | null {
  if (PRIVATE_KEY.test(value) || SERVICE_KEY.test(value)) return 'private_keys'
  if (PASSWORD_HASH.test(value)) return 'passwords'
  if (JWT.test(value) || BEARER.test(value)) return 'tokens'
  return holdsCardNumber(value) ? 'cards' : null
}

function kindByName(name: string, value: string): SecretKind | null {
  if (!isSecretName(name) && !KEY_NAME.test(name) && !CARD_NAME.test(name) && !/recovery_?code/i.test(name))
    return null
  const words = name.replace(/(\p{Ll}|\d)(?=\p{Lu})/gu, '$1_')
  if (CARD_NAME.test(words)) return /^\d{3,4}$/.test(value.trim()) ? 'cards' : null
  // A PIN is the one secret that a number alone may be.
  if (/(?:^|_)pin(?:$|_)/i.test(words) && /^\d{4,12}$/.test(value)) return 'passwords'
  if (value.length < LEAST_CHARACTERS || isPlain(value)) return null
  if (PASSWORD_NAME.test(words)) return 'passwords'
  if (KEY_NAME.test(words)) return 'private_keys'
  return TOKEN_NAME.test(words) ? 'tokens' : 'other_secrets'
}

/** Truth values, small numbers and moments under such a name tell about a secret. */
const isPlain = (value: string): boolean =>
  /^(?:true|false|null|none|undefined|yes|no|\d{1,13}(?:\.\d+)?|\d{4}-\d{2}-\d{2}(?:[T ].{0,30})?)$/i.test(
    value,
  )
