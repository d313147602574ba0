import type { Bytes } from '#shared/bytes.ts'
import { type CommandWord, isWhole, type LoggedCommand } from '#shared/commands.ts'
import { looksLikeId, maskedText, type PrivacyView, shownId, shownKey, withoutIds } from '#shared/mask.ts'
import { isBinary, toLine, toOctets } from './bytes-view.ts'

/** Of an id that is no text the octets are masked: half of `\x8f` would say nothing. */
const maskable = (bytes: Bytes): string =>
  isBinary(bytes)
    ? Array.from(toOctets(bytes), (octet) => octet.toString(16).padStart(2, '0')).join('')
    : bytes

/** An id as it is shown. */
export const idInWords = (id: Bytes, view: PrivacyView): string =>
  view.mode === 'shown' ? toLine(id) : shownId(maskable(id), view)

/** A key as it is shown, with the id in it masked. @param prefixes those that are known */
export const keyInWords = (key: Bytes, prefixes: readonly string[], view: PrivacyView): string =>
  view.mode === 'shown' ? toLine(key) : shownKey(toLine(key), prefixes, view)

/** A value on one line, with dots for what looks like a secret in it. */
export const valueInWords = (value: Bytes, view: PrivacyView): string =>
  view.mode === 'shown' ? toLine(value) : maskedText(toLine(value))

// ---- commands

/** Commands whose arguments are keys, from the first on: how many, or all of them. */
const KEYS_FIRST: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['DEL', 'UNLINK', 'EXISTS', 'TOUCH', 'MGET', 'WATCH'].map((name) => [name, Number.POSITIVE_INFINITY]),
  ),
  RENAME: 2,
  RENAMENX: 2,
  COPY: 2,
}
const NO_KEYS: ReadonlySet<string> = new Set([
  ...[
    'SCAN',
    'AUTH',
    'HELLO',
    'CONFIG',
    'CLIENT',
    'CLUSTER',
    'SCRIPT',
    'SELECT',
    'INFO',
    'PING',
    'DBSIZE',
    'ACL',
  ],
  ...[
    'COMMAND',
    'SUBSCRIBE',
    'PSUBSCRIBE',
    'UNSUBSCRIBE',
    'PUNSUBSCRIBE',
    'MULTI',
    'EXEC',
    'DISCARD',
    'FUNCTION',
  ],
  ...[
    'TIME',
    'ROLE',
    'WAIT',
    'READONLY',
    'KEYS',
    'SENTINEL',
    'ASKING',
    'RESET',
    'QUIT',
    'ECHO',
    'FLUSHDB',
    'MONITOR',
  ],
])
const AFTER_SUBCOMMAND: ReadonlySet<string> = new Set(['MEMORY', 'OBJECT', 'XINFO', 'DEBUG'])

/** Which arguments of a command are keys, by its name. */
function keyPlaces(name: string, words: readonly CommandWord[]): readonly [from: number, to: number] {
  if (/^(EVAL|EVALSHA|FCALL)(_RO)?$/.test(name)) return [2, 2 + (Number(words[1]) || 0)]
  if (NO_KEYS.has(name)) return [0, 0]
  if (AFTER_SUBCOMMAND.has(name)) return [1, 2]
  return [0, KEYS_FIRST[name] ?? 1]
}

/** A command's words as they are shown: keys and ids are masked, what the log has left out stays as it is. */
export function wordsInView(
  [name = '', ...words]: readonly CommandWord[],
  prefixes: readonly string[],
  view: PrivacyView,
): readonly CommandWord[] {
  if (view.mode === 'shown') return [name, ...words]
  const [from, to] = keyPlaces(typeof name === 'string' ? name.toUpperCase() : '', words)
  const isScript = typeof name === 'string' && /^EVALSHA/i.test(name)
  return [
    name,
    ...words.map((word, at) => {
      // The hash of a script looks like an id.
      if (isScript && at === 0) return word
      if (!isWhole(word)) {
        const shown = maskWord(word.shown, false, prefixes, view)
        return { ...word, shown }
      }
      return maskWord(word, at >= from && at < to, prefixes, view)
    }),
  ]
}

function maskWord(word: Bytes, isKey: boolean, prefixes: readonly string[], view: PrivacyView): Bytes {
  const text = toLine(word)
  if (isKey) return keyInWords(word, prefixes, view)
  if (isBinary(word))
    return prefixes.some((prefix) => prefix !== '' && text.startsWith(prefix))
      ? shownKey(text, prefixes, view)
      : word
  return looksLikeId(text) ? shownId(text, view) : withoutIds(text, prefixes, view)
}

/** An entry of the log as it is shown. */
export function entryInView(
  entry: LoggedCommand,
  prefixes: readonly string[],
  view: PrivacyView,
): LoggedCommand {
  if (view.mode === 'shown') return entry
  return {
    ...entry,
    words: wordsInView([entry.name, ...entry.words], prefixes, view).slice(1),
    ran: entry.ran.map((words) => wordsInView(words, prefixes, view)),
    error: entry.error === null ? null : maskedText(withoutIds(entry.error, prefixes, view)),
  }
}
