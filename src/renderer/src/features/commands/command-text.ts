import type { CommandReply, LoggedCommand } from '#shared/commands.ts'
import { shownLine, shownWord } from '#shared/redis-cli.ts'
import { formatBytes, formatClock, formatCount, plural } from '../../lib/format.ts'

/** Milliseconds from which a command counts as slow: others wait for it. */
export const SLOW_MILLISECONDS = 10

/** `12:34:56.789`, local. */
export const formatMoment = (epoch: number): string =>
  `${formatClock(epoch)}.${String(Math.floor(epoch) % 1000).padStart(3, '0')}`

/** `0.42 ms`, `1.9 ms`, `120 ms`, `1.2 s`. */
export function formatTook(milliseconds: number): string {
  if (milliseconds < 1) return `${milliseconds.toFixed(2)} ms`
  if (milliseconds < 10) return `${milliseconds.toFixed(1)} ms`
  return milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(1)} s`
}

export const isSlow = ({ averageMs }: LoggedCommand): boolean =>
  averageMs !== null && averageMs >= SLOW_MILLISECONDS

/** What went wrong, in one word; null where nothing did. */
export function wordOfFailure({ outcome, failed }: LoggedCommand): string | null {
  if (failed === 0) return null
  return outcome === 'refused' ? 'refused' : outcome === 'unsent' ? 'not sent' : 'failed'
}

/** The line as it has room in a row: of a script's hash there is the beginning. */
export function rowLine({ name, words, script }: LoggedCommand): string {
  if (script === null || !name.startsWith('EVALSHA')) return shownLine([name, ...words])
  const [, ...rest] = words
  return [name, `${script.sha.slice(0, 8)}…`, ...rest.map(shownWord)].join(' ')
}

/** What was answered: how much, or the number itself. */
export function replyText(reply: CommandReply): string {
  if (reply.kind === 'nothing') return 'nothing'
  if (reply.size === null) return 'a number'
  if (reply.kind === 'number') return formatCount(reply.size)
  return reply.kind === 'items' ? plural(reply.size, 'item') : formatBytes(reply.size)
}

/** How it went: `1.9 ms`, or of many `120 of them, 1.9 ms on average, 5.2 ms at most`. */
export function tookText({ count, averageMs, longestMs }: LoggedCommand): string {
  if (averageMs === null || longestMs === null) return 'no answer yet'
  if (count === 1) return formatTook(averageMs)
  return `${formatTook(averageMs)} on average, ${formatTook(longestMs)} at most`
}
