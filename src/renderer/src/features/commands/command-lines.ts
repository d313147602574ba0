import type { Bytes } from '#shared/bytes.ts'
import { type CommandWord, isWhole, type LoggedCommand } from '#shared/commands.ts'
import type { PublicTarget } from '#shared/model.ts'
import { shownLine, shownWord } from '#shared/redis-cli.ts'
import { toOctets } from '../../lib/bytes-view.ts'
import { shellQuote } from '../../lib/shell-quote.ts'
import { cliPrefix, tunnelLine } from '../detail/redis-cli.ts'

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
    left.has('source') ? 'the source' : null,
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
    return `${throughTunnel(target)}printf '%s\\n' ${shellQuote(shownLine(whole))} | ${cliPrefix(target)}`
  }
  return `${throughTunnel(target)}${cliPrefix(target)} ${whole.map(shellQuote).join(' ')}`
}

/** What has to be open before a line is run, as a comment above it. */
function throughTunnel(target: PublicTarget): string {
  const line = tunnelLine(target)
  return line === null ? '' : `# Through the tunnel of: ${line}\n`
}

/** A script with its source in place of what was sent: for a server that does not know it by its hash. */
export function wordsWithSource({ name, words }: LoggedCommand, source: string): readonly CommandWord[] {
  const [, ...rest] = words
  return [/_RO$/.test(name) ? 'EVAL_RO' : 'EVAL', source, ...rest]
}

/** It was sent with its source, which the log has apart. */
export const lacksSource = ({ words: [first] }: LoggedCommand): boolean =>
  first !== undefined && !isWhole(first) && first.left === 'source'

/**
 * What sends all these commands over one connection, so that transactions are what they were.
 * @param commands the oldest first
 */
export function shellScript(target: PublicTarget, commands: readonly (readonly CommandWord[])[]): string {
  const whole = commands.filter((words) => isWholeCommand(words))
  const rest = commands.filter((words) => !isWholeCommand(words))
  const script =
    whole.length === 0
      ? []
      : [
          `${throughTunnel(target)}${cliPrefix(target)} <<'END'`,
          ...whole.map((words) => shownLine(words)),
          'END',
        ]
  const comments = rest.map(
    (words) =>
      `# ${whatIsLeftOut(words)} left out: ${words.map((word) => shellQuote(shownWord(word))).join(' ')}`,
  )
  return [...script, ...comments, ''].join('\n')
}

/** Commands to be read alone: each a comment, since what stands in them for an id would be written as one. */
export const commentLines = (commands: readonly (readonly CommandWord[])[]): string =>
  [...commands.map((words) => `# ${shownLine(words)}`), ''].join('\n')

const hasZero = (word: Bytes): boolean =>
  typeof word === 'string' ? word.includes('\u0000') : toOctets(word).includes(0)

export const isWholeCommand = (words: readonly CommandWord[]): boolean => words.every(isWhole)
