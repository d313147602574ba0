import { parseCookie, parseSetCookie } from 'cookie'
import { COOKIE_LIMITS, type CookieReport } from '#shared/cookies.ts'
import { shellWords } from './shell-words.ts'

/** A cookie as it was pasted. */
export interface PastedCookie {
  /** Null for a value without one. */
  readonly name: string | null
  /** As it crosses the wire, percent-encoding and all; of a cookie in chunks, all of them put together. */
  readonly value: string
}

export interface Pasted {
  readonly source: CookieReport['source']
  readonly cookies: readonly PastedCookie[]
  /** Cookies beyond the limit. */
  readonly more: number
}

/** A token of HTTP. PHP and ASP.NET write dots and brackets as well, which are such characters or harmless. */
const NAME = /^[\w!#$%&'*+.^`|~()[\]@/-]+$/
const HEADER = /^\s*(set-)?cookie\s*:/i
const SET_COOKIE = /;\s*(?:httponly|secure|path=|expires=|max-age=|samesite=|domain=)/i
/** A name and the equals sign, where that is not the padding of base64. */
const PAIR = /^\s*[^=;\s]+=(?!=*(?:\s*$|--|;))/
/** What a browser copies of a header that it shows in two lines, and headers that are none of our business. */
const OTHER_LINE = /^(?:(?:set-)?cookie:?|:?[\w-]+:\s.*)$/i

/**
 * The cookies in what somebody has pasted: a value, `name=value` pairs, `Cookie:` or `Set-Cookie:` headers, one a line, or a
 * curl command of any shell. It never throws, and never tells in an error what was pasted.
 */
export function parsePasted(text: string): Pasted {
  const curl = /^\s*(?:\$\s+)?curl(?:\.exe)?\s/i.test(text)
  const lines = curl ? curlHeaders(text) : text.split(/\r?\n/).map((line) => line.trim())
  const found: PastedCookie[] = []
  let source: Pasted['source'] = 'value'
  for (const line of lines) {
    if (line === '') continue
    const header = HEADER.exec(line)
    const body = header === null ? withoutQuotes(line) : line.slice(header[0].length).trim()
    const isSet = header === null ? SET_COOKIE.test(body) : header[1] !== undefined
    if (isSet) {
      const cookie = setCookie(body)
      if (cookie !== null) found.push(cookie)
      source = 'set-cookie'
    } else if (header !== null || (PAIR.test(body) && !body.includes('\t'))) {
      found.push(...pairs(body))
      if (source === 'value') source = 'cookie'
    } else if (!OTHER_LINE.test(body)) {
      found.push(body.includes('\t') ? tableRow(body) : { name: null, value: body })
    }
  }
  const cookies = inOnePiece(found).filter(({ value }) => value !== '')
  return {
    source: curl ? 'curl' : source,
    cookies: cookies.slice(0, COOKIE_LIMITS.cookies),
    more: Math.max(0, cookies.length - COOKIE_LIMITS.cookies),
  }
}

/** The library takes the first of cookies with one name, and all are looked at here: so it gets them one by one. */
const pairs = (header: string): readonly PastedCookie[] =>
  header
    .split(';')
    .flatMap((pair) =>
      Object.entries(parseCookie(pair, { decode: (value) => value })).flatMap(([name, value]) =>
        value === undefined || !NAME.test(name) ? [] : [{ name, value }],
      ),
    )

function setCookie(header: string): PastedCookie | null {
  const { name, value = '' } = parseSetCookie(header, { decode: (text) => text })
  return NAME.test(name) ? { name, value } : null
}

/** A row of the browser's table of cookies, or of a file in Netscape's format, which curl writes. */
function tableRow(line: string): PastedCookie {
  const cells = line.split('\t')
  const isFile = cells.length >= 7 && /^(?:TRUE|FALSE)$/.test(cells[1] ?? '')
  const [name = '', value = ''] = isFile ? cells.slice(5) : cells
  return { name: NAME.test(name) ? name : null, value }
}

const withoutQuotes = (line: string): string => /^(['"])(.*)\1[,;]?$/.exec(line)?.[2] ?? line

/** Behind flags that take no value, as in `-sSb`. */
const OPTION = /^(?:-[fgikLsSvI]*(?=[Hb]))?([Hb]|--(?:header|cookie)(?==|$))=?([\s\S]*)$/

/** Options of curl by which cookies are sent. One that names a file to read them from has no `=` in it. */
function curlHeaders(text: string): readonly string[] {
  const words = shellWords(text.replace(/^\s*\$\s+/, ''))
  const headers: string[] = []
  for (let at = 1; at < words.length; at += 1) {
    const word = words[at] ?? ''
    const [, option, own] = OPTION.exec(word) ?? []
    if (option === undefined) continue
    // Its value follows, or is the rest of the same word.
    const value = own === undefined || own === '' ? (words[at + 1] ?? '') : own
    const isHeader = option === 'H' || option === '--header'
    if (isHeader && HEADER.test(value)) headers.push(value)
    if (!isHeader && value.includes('=')) headers.push(`Cookie: ${value}`)
  }
  return headers
}

/**
 * Auth.js parts a cookie that would be too long into `name.0`, `name.1` and so on, in any order in a header. Source:
 * packages/core/src/lib/utils/cookie.ts.
 */
function inOnePiece(cookies: readonly PastedCookie[]): readonly PastedCookie[] {
  const chunks = new Map<string, Map<number, string>>()
  const rest: PastedCookie[] = []
  for (const cookie of cookies) {
    const [, name, number] = /^(.*session-token)\.(\d{1,3})$/.exec(cookie.name ?? '') ?? []
    if (name === undefined) {
      rest.push(cookie)
      continue
    }
    const parts = chunks.get(name) ?? new Map<number, string>()
    parts.set(Number(number), cookie.value)
    chunks.set(name, parts)
  }
  const whole = [...chunks].map(([name, parts]) => ({
    name,
    value: [...parts]
      .sort(([a], [b]) => a - b)
      .map(([, value]) => value)
      .join(''),
  }))
  return [...rest, ...whole]
}
