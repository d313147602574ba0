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
