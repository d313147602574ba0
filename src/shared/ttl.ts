import { AppError } from './errors.ts'

/** What `createSession` uses when no TTL is given: 30 minutes, in seconds. */
export const DEFAULT_TTL_SECONDS = 1800

/**
 * The longest TTL, in seconds: the largest whole number that JavaScript and Lua hold exactly. Redis itself
 * takes up to (2^63 - 1) / 1000 seconds less the time of day, which is only 2.4 % more.
 */
export const MAX_TTL_SECONDS = Number.MAX_SAFE_INTEGER

/**
 * Reads a TTL in whole seconds from a number or from what somebody typed.
 * @throws AppError `invalid_ttl` for anything but a whole number from 1 to {@link MAX_TTL_SECONDS}.
 */
export function parseTtl(input: unknown): number {
  const value = typeof input === 'string' && /^\s*\d+\s*$/.test(input) ? Number(input) : input
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value
  const shown = typeof input === 'string' ? `'${input.slice(0, 40)}'` : String(input)
  throw new AppError(
    'invalid_ttl',
    `The TTL must be a whole number of seconds from 1 to ${MAX_TTL_SECONDS}, not ${shown}.`,
  )
}

/** Where Redis' time for a single field ends, in seconds of Unix time: 2^46 milliseconds, in the year 4199. */
export const MAX_FIELD_TTL_SECONDS = Math.floor(2 ** 46 / 1000)
