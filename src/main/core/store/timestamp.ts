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
  const own = parseOwn(text)
  if (own !== null) return own
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

/** The form that the store writes, without the regular expression: a list reads it millions of times. */
function parseOwn(text: string): number | null {
  if (text.length !== 25 || !text.endsWith('+00:00')) return null
  if (text[4] !== '-' || text[7] !== '-' || text[10] !== 'T' || text[13] !== ':' || text[16] !== ':')
    return null
  const [month, day] = [digits(text, 5, 2), digits(text, 8, 2)]
  const [hour, minute, second] = [digits(text, 11, 2), digits(text, 14, 2), digits(text, 17, 2)]
  const year = digits(text, 0, 4)
  // Everything out of the ordinary, days that not all months have too, is for the careful form.
  const ordinary = year >= 1000 && month >= 1 && month <= 12 && day >= 1 && day <= 28
  if (!ordinary || !(hour < 24 && minute < 60 && second < 60)) return null
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

/** A number of so many decimal digits, or NaN. */
function digits(text: string, start: number, count: number): number {
  let number = 0
  for (let i = start; i < start + count; i += 1) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = 10 * number + digit
  }
  return number
}
