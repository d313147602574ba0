/*
 * What looks like a secret, by name. The one place that decides it: the command log leaves the values of such fields out
 * before it keeps anything, and so do the lines of the demo server's requests.
 *
 * A name counts where a part of it says so: `password`, `userPassword`, `csrf-token`, `X-API-Key`, `accesstoken`. Short
 * words count as whole words alone, so that `pin` and `user_pin` do and `shipping` does not. It errs towards hiding:
 * `token_count` is hidden too. Session ids are not its business: they are names of keys, without which no line works.
 * What the screen makes of them stands in mask.ts.
 */

/** Parts that make a name a secret's, also where they are written together with others. */
const PARTS = [
  ...['passw', 'passphrase', 'passcode', 'secret', 'token', 'csrf', 'xsrf', 'credential', 'authoriz'],
  ...['apikey', 'privatekey', 'accesskey', 'signingkey', 'encryptionkey', 'sessionkey', 'authkey'],
  // Redis's own settings.
  ...['requirepass', 'masterauth', 'keyfilepass'],
]
/** Words that make a name a secret's where they stand alone in it. */
const WORDS = [
  ...[
    'pass',
    'pwd',
    'auth',
    'cookie',
    'cookies',
    'bearer',
    'jwt',
    'pin',
    'otp',
    'totp',
    'hotp',
    'mfa',
    'cvv',
    'cvc',
  ],
  ...['oauth', 'oauth2', 'nonce', 'signature', 'ssn'],
]

const WORD_SET: ReadonlySet<string> = new Set(WORDS)
const ANY_PART = new RegExp(PARTS.join('|'))
/** Most names are told by this alone. */
const MAYBE = new RegExp([...WORDS, 'secret', 'token', 'csrf', 'xsrf', 'credential', 'key'].join('|'), 'i')

/** Whether the values under this name are to be hidden. @param name a field's, a setting's, a JSON member's */
export function isSecretName(name: string): boolean {
  if (!MAYBE.test(name)) return false
  const words = name
    .replace(/(\p{Ll}|\d)(?=\p{Lu})|(\p{Lu})(?=\p{Lu}\p{Ll})/gu, '$1$2 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
  return words.some((word) => WORD_SET.has(word)) || ANY_PART.test(words.join(''))
}

/** What takes the place of a secret within a text. */
export const LEFT_OUT = '<left out>'

/**
 * Values that are secrets whatever they are called: a JWT, also where it is cut off, what an Authorization header says, a
 * private key.
 */
const SECRET_VALUE =
  /\beyJ[\w-]{8,4000}(?:\.[\w-]+\.?[\w-]*|$)|\b(?:Bearer|Basic) +[\w+/=.~-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*/g

/**
 * A text without the secrets that it names: members of JSON (also where it is cut off), `name=value` and `name: value` of
 * a query, a header or a serialised session, from where on the rest is left out, and values that are secrets by their
 * looks. Texts in which nothing looks like a secret come back as they are.
 */
export function withoutSecrets(text: string): string {
  const kept = text.replace(SECRET_VALUE, LEFT_OUT)
  if (!MAYBE.test(kept)) return kept
  return /^\s*[[{]/.test(kept) ? withoutSecretMembers(kept) : cutAtSecret(kept)
}

/**
 * Where a name is followed by one of these, perhaps after a quote, its value may follow. A name begins where its letters
 * do, so that a long run of letters is gone through once.
 */
const NAMED_VALUE = /(?<![\p{L}\p{N}_.$-])([\p{L}\p{N}_.$-]+)['"\\\]]*\s{0,2}[=:;|?/,>[{]/gu

function cutAtSecret(text: string): string {
  for (const match of text.matchAll(NAMED_VALUE)) {
    if (isSecretName(match[1] ?? '')) return `${text.slice(0, match.index + match[0].length)}${LEFT_OUT}`
  }
  return text
}

function withoutSecretMembers(text: string): string {
  let out = ''
  let at = 0
  while (at < text.length) {
    if (text[at] !== '"') {
      out += text[at]
      at += 1
      continue
    }
    const end = endOfString(text, at)
    const literal = text.slice(at, end)
    const colon = /^\s*:\s*/.exec(text.slice(end, end + 20))?.[0]
    const content = parseString(literal)
    if (colon === undefined) {
      const safe = withoutSecrets(content)
      out += safe === content ? literal : JSON.stringify(safe)
      at = end
    } else {
      out += literal + colon
      at = end + colon.length
      if (!isSecretName(content)) continue
      out += JSON.stringify(LEFT_OUT)
      at = endOfValue(text, at)
    }
  }
  return out
}

/** Where the string ends that begins here; the text's end where it is cut off. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1
    else if (text[at] === '"') return at + 1
  }
  return text.length
}

function endOfValue(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '"') {
      at = endOfString(text, at) - 1
    } else if ('{['.includes(character)) {
      depth += 1
    } else if ('}],'.includes(character)) {
      if (depth === 0) return at
      if (character !== ',') depth -= 1
    }
  }
  return text.length
}

function parseString(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal.slice(1)
  }
}
