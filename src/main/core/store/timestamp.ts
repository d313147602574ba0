/** Writes epoch milliseconds as the session's timestamps are: UTC, whole seconds, `2026-04-02T12:34:56+00:00`. */
export function formatTimestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, -5)}+00:00`
}

const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?:(Z)|([+-])(\d{2}):?(\d{2}))?$/i

/**
 * Reads what this store and others put into a timestamp field: with `Z`, an offset or (taken as UTC) neither, with
 * a fraction or without.
 * @returns epoch milliseconds, or null for anything that is no moment in time.
 */
export function parseTimestamp(text: string): number | null {
  const match = TIMESTAMP.exec(text)
  if (match === null) return null
  const part = (index: number) => Number(match[index] ?? 0)
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map(part) as Six
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute, second)
  // Date rolls 30 February over to March: what does not come back as it went in never was.
  const same = date.getUTCMonth() === month - 1 && date.getUTCDate() === day
  if (!same || hour > 23 || minute > 59 || second > 59 || part(10) > 23 || part(11) > 59) return null
  const fraction = Math.floor(Number(`0.${match[7] ?? 0}`) * 1000)
  const offset = (match[9] === '-' ? -1 : 1) * (part(10) * 60 + part(11)) * 60_000
  return date.getTime() + fraction - offset
}

type Six = [number, number, number, number, number, number]

/**
 * The same of bytes, for a list that reads millions: the forms that the store writes and that JavaScript does without
 * making a string of them.
 * @returns epoch milliseconds, or NaN
 */
export function parseTimestampBytes(buffer: Buffer, start: number, end: number): number {
  const own = parseOwn(buffer, start, end)
  return Number.isNaN(own) ? (parseTimestamp(buffer.toString('latin1', start, end)) ?? Number.NaN) : own
}

const [DASH, COLON, T, PLUS, ZERO, DOT, Z] = [0x2d, 0x3a, 0x54, 0x2b, 0x30, 0x2e, 0x5a]
const DAY = 86_400_000

/** What stands behind the seconds: `+00:00`, or milliseconds and `Z`. @returns the milliseconds; NaN for anything else */
function parseRest(bytes: Buffer, at: number, end: number): number {
  if (end - at === 6) {
    const isUtc = bytes[at] === PLUS && bytes[at + 3] === COLON
    return isUtc && twoDigits(bytes, at + 1) === 0 && twoDigits(bytes, at + 4) === 0 ? 0 : Number.NaN
  }
  if (end - at !== 5 || bytes[at] !== DOT || bytes[at + 4] !== Z) return Number.NaN
  const [tens, ones] = [twoDigits(bytes, at + 1), (bytes[at + 3] as number) - ZERO]
  return tens >= 0 && ones >= 0 && ones <= 9 ? 10 * tens + ones : Number.NaN
}

/** `2026-04-02T12:34:56+00:00` or `….123Z`; NaN for anything out of the ordinary, which the careful form reads. */
function parseOwn(bytes: Buffer, start: number, end: number): number {
  const milliseconds = parseRest(bytes, start + 19, end)
  if (Number.isNaN(milliseconds)) return Number.NaN
  if (bytes[start + 4] !== DASH || bytes[start + 7] !== DASH || bytes[start + 10] !== T) return Number.NaN
  if (bytes[start + 13] !== COLON || bytes[start + 16] !== COLON) return Number.NaN
  const [century, year] = [twoDigits(bytes, start), twoDigits(bytes, start + 2)]
  const [month, day] = [twoDigits(bytes, start + 5), twoDigits(bytes, start + 8)]
  if (century < 10 || year < 0 || month < 1 || month > 12 || day < 1 || day > 28) return Number.NaN
  const hour = twoDigits(bytes, start + 11)
  const minute = twoDigits(bytes, start + 14)
  const second = twoDigits(bytes, start + 17)
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return Number.NaN
  const days = daysSinceEpoch(100 * century + year, month, day)
  return DAY * days + 1000 * (3600 * hour + 60 * minute + second) + milliseconds
}

/** -1 where they are none. */
function twoDigits(buffer: Buffer, at: number): number {
  const tens = (buffer[at] as number) - ZERO
  const ones = (buffer[at + 1] as number) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1
}

/**
 * Days from 1970-01-01 in the Gregorian calendar, years counted from March so that leap days come last.
 * Source: days_from_civil, https://howardhinnant.github.io/date_algorithms.html
 */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const y = month > 2 ? year : year - 1
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return 365 * y + Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400) + ofYear - 719_468
}
