/*
 * The words of a command line as a shell parts them, for what "Copy as cURL" of Chrome and Firefox and people write: quotes
 * and escapes of POSIX shells with bash's $'…', and cmd's ^. Nothing is expanded. Our own, since string-argv has neither
 * escapes nor $'…', and shell-quote no $'…', no cmd, and expands variables and globs.
 */

/** Where cmd is meant: it escapes by ^, which those commands have before quotes, percent signs and line breaks. */
const CMD = /\s\^"|"\^%"|\^\s*\r?\n/

/** Words of one command line; a line break that nothing escapes ends it. @returns what is quoted without its quotes */
export function shellWords(text: string): readonly string[] {
  return CMD.test(text) ? posixWords(withoutCarets(text), '\\"') : posixWords(text, '\\"$`\n')
}

/** What cmd hands over: an escaped line break is none, and any other character itself. */
const withoutCarets = (text: string): string => text.replace(/\^(?:[ \t]*\r?\n)?([\s\S]?)/g, '$1')

/** @param escapable what a backslash escapes between double quotes */
function posixWords(text: string, escapable: string): readonly string[] {
  const words: string[] = []
  let word: string | null = null
  let at = 0
  while (at < text.length) {
    const character = text[at] ?? ''
    if (character === "'") {
      const end = endOf(text, "'", at + 1)
      word = (word ?? '') + text.slice(at + 1, end)
      at = end + 1
    } else if (character === '$' && text[at + 1] === "'") {
      const [plain, end] = ansiQuoted(text, at + 2)
      word = (word ?? '') + plain
      at = end
    } else if (character === '"') {
      const [plain, end] = doubleQuoted(text, at + 1, escapable)
      word = (word ?? '') + plain
      at = end
    } else if (character === '\\') {
      const lineBreak = /^\\\r?\n/.exec(text.slice(at, at + 3))?.[0]
      if (lineBreak === undefined) word = (word ?? '') + (text[at + 1] ?? '')
      at += lineBreak?.length ?? 2
    } else if (/\s/.test(character)) {
      if (word !== null) words.push(word)
      word = null
      at += 1
      if (character === '\n' && words.length > 0) return words
    } else {
      word = (word ?? '') + character
      at += 1
    }
  }
  return word === null ? words : [...words, word]
}

const endOf = (text: string, quote: string, from: number): number => {
  const end = text.indexOf(quote, from)
  return end < 0 ? text.length : end
}

function doubleQuoted(text: string, from: number, escapable: string): readonly [string, end: number] {
  let plain = ''
  let at = from
  while (at < text.length && text[at] !== '"') {
    const next = text[at + 1] ?? ''
    if (text[at] === '\\' && next !== '' && escapable.includes(next)) {
      if (next !== '\n') plain += next
      at += 2
    } else {
      plain += text[at]
      at += 1
    }
  }
  return [plain, at + 1]
}

const ANSI: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', "'": "'", '"': '"', '\\': '\\' }

function ansiQuoted(text: string, from: number): readonly [string, end: number] {
  let plain = ''
  let at = from
  while (at < text.length && text[at] !== "'") {
    if (text[at] !== '\\') {
      plain += text[at]
      at += 1
      continue
    }
    const code = /^\\(?:u([0-9a-fA-F]{1,4})|x([0-9a-fA-F]{1,2}))/.exec(text.slice(at, at + 6))
    const next = text[at + 1] ?? ''
    plain +=
      code === null
        ? (ANSI[next] ?? `\\${next}`)
        : String.fromCharCode(Number.parseInt(code[1] ?? code[2] ?? '', 16))
    at += code?.[0].length ?? 2
  }
  return [plain, at + 1]
}
