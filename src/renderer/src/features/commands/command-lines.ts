import type { Bytes } from '#shared/bytes.ts'
import { type CommandWord, isWhole, type LoggedCommand } from '#shared/commands.ts'
import type { PublicTarget } from '#shared/model.ts'
import { shownLine, shownWord } from '#shared/redis-cli.ts'
import { toOctets } from '../../lib/bytes-view.ts'
import { shellQuote } from '../../lib/shell-quote.ts'
import { cliPrefix } from '../detail/redis-cli.ts'

/** A command and its arguments. */
export const wordsOf = ({ name, words }: LoggedCommand): readonly CommandWord[] => [name, ...words]

/** What is missing of a command, in words, or null where it is whole. */
export function whatIsLeftOut(words: readonly CommandWord[]): string | null {
  const left = new Set(words.flatMap((word) => (isWhole(word) ? [] : [word.left])))
  if (left.size === 0) return null
  const parts = [
    left.has('secret') ? 'secrets' : null,
    left.has('long') || left.has('words') ? 'what is too long' : null,
    left.has('dump') ? 'serialised values' : null,
  ].filter((part) => part !== null)
  return parts.join(' and ')
}

/**
 * The line for a shell that sends this command. One of which something is left out is a comment: run as it stands it
 * would write the words that stand for what is missing.
 */
export function shellLine(target: PublicTarget, words: readonly CommandWord[]): string {
  const whole = words.filter(isWhole)
  if (whole.length < words.length) {
    const shown = words.map((word) => (isWhole(word) ? shellQuote(word) : shellQuote(shownWord(word))))
    return `# ${whatIsLeftOut(words)} left out: ${cliPrefix(target)} ${shown.join(' ')}`
  }
  // No argument of a program can hold a zero byte; redis-cli's own quotes can.
  if (whole.some(hasZero)) {
    return `printf '%s\\n' ${shellQuote(shownLine(whole))} | ${cliPrefix(target)}`
  }
  return `${cliPrefix(target)} ${whole.map(shellQuote).join(' ')}`
}

/** The same for a script, with its source, for a server that does not know it by its hash. */
export function evalLine(target: PublicTarget, entry: LoggedCommand, source: string): string {
  const [, ...rest] = entry.words
  const name = /_RO$/.test(entry.name) ? 'EVAL_RO' : 'EVAL'
  return shellLine(target, [name, source, ...rest])
}

/**
 * What sends all these commands over one connection, so that transactions are what they were.
 * @param entries the newest first, as the log shows them
 */
export function shellScript(target: PublicTarget, entries: readonly LoggedCommand[]): string {
  const commands = entries.toReversed().map(wordsOf)
  const whole = commands.filter((words) => words.every(isWhole))
  const rest = commands.filter((words) => !words.every(isWhole))
  const script =
    whole.length === 0
      ? []
      : [`${cliPrefix(target)} <<'END'`, ...whole.map((words) => shownLine(words)), 'END']
  const comments = rest.map(
    (words) =>
      `# ${whatIsLeftOut(words)} left out: ${words.map((word) => shellQuote(shownWord(word))).join(' ')}`,
  )
  return [...script, ...comments, ''].join('\n')
}

const hasZero = (word: Bytes): boolean =>
  typeof word === 'string' ? word.includes('\u0000') : toOctets(word).includes(0)
