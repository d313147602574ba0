const grouped = new Intl.NumberFormat('en-US')

/** `12,408` */
export const formatCount = (value: number): string => grouped.format(value)

const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** `408`, `12.4k`, `1.2M`: for where the whole figure has no room and is said elsewhere. */
export const formatCompact = (value: number): string => compact.format(value).replace('K', 'k')

/** "1 session", "2 sessions". */
export const plural = (value: number, one: string, many = `${one}s`): string =>
  `${formatCount(value)} ${value === 1 ? one : many}`

/** Bytes in the unit that leaves the fewest digits: `31 B`, `1.4 KB`, `1.0 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`
  let value = bytes
  let unit = 'B'
  for (const next of ['KB', 'MB', 'GB']) {
    if (value < 1024) break
    value /= 1024
    unit = next
  }
  return `${value.toFixed(1)} ${unit}`
}

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
const YEAR = 365 * DAY

const pad = (value: number): string => String(value).padStart(2, '0')

/** Time left as it counts down: `42 s`, `18:03`, `1:12:09`, `3 d 01:12:09`, `2 y 35 d`. */
export function formatCountdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000))
  if (seconds < MINUTE) return `${seconds} s`
  if (seconds >= YEAR)
    return `${formatCount(Math.floor(seconds / YEAR))} y ${Math.floor((seconds % YEAR) / DAY)} d`
  const hours = Math.floor(seconds / HOUR)
  const rest = `${pad(Math.floor((seconds % HOUR) / MINUTE))}:${pad(seconds % MINUTE)}`
  if (seconds >= DAY) return `${Math.floor(seconds / DAY)} d ${pad(hours % 24)}:${rest}`
  return hours > 0 ? `${hours}:${rest}` : rest.replace(/^0/, '')
}

/** A length of time in words, its two largest units: `42 s`, `30 min`, `1 h 30 min`, `2 d`. */
export function formatDuration(seconds: number): string {
  const units: readonly [number, string][] = [
    [YEAR, 'y'],
    [DAY, 'd'],
    [HOUR, 'h'],
    [MINUTE, 'min'],
    [1, 's'],
  ]
  const at = units.findIndex(([size]) => seconds >= size)
  const [large, small] = units.slice(at)
  if (at === -1 || large === undefined) return '0 s'
  const rest = small === undefined ? 0 : Math.floor((seconds % large[0]) / small[0])
  const whole = `${formatCount(Math.floor(seconds / large[0]))} ${large[1]}`
  return rest > 0 && small !== undefined ? `${whole} ${rest} ${small[1]}` : whole
}

/** How long ago, in one unit: `now`, `4 s ago`, `1 min ago`, `3 h ago`, `2 d ago`. */
export function formatAgo(then: number, now: number): string {
  const seconds = Math.floor((now - then) / 1000)
  // A clock that is a little ahead of Redis's must not say "-1 s ago".
  if (seconds < 1) return 'now'
  if (seconds < MINUTE) return `${seconds} s ago`
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`
  if (seconds < DAY) return `${Math.floor(seconds / HOUR)} h ago`
  return `${formatCount(Math.floor(seconds / DAY))} d ago`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** The instant, or null where it is further away than a Date reaches. */
function toDate(epoch: number): Date | null {
  const date = new Date(epoch)
  return Number.isNaN(date.getTime()) ? null : date
}

/** Wall-clock time: `12:34:56` today, `23 Nov` in this year, else `23 Nov 2024`. */
export function formatTime(epoch: number, now: number): string {
  const date = toDate(epoch)
  if (date === null) return 'far future'
  const today = new Date(now)
  if (date.toDateString() === today.toDateString()) return formatClock(epoch)
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`
  return date.getFullYear() === today.getFullYear() ? day : `${day} ${date.getFullYear()}`
}

/** A day and a time without seconds, within a sentence: `today 18:02`, `yesterday 18:02`, `12 Apr 18:02`. */
export function formatDay(epoch: number, now: number): string {
  const date = toDate(epoch)
  if (date === null) return 'far future'
  const yesterday = new Date(now)
  yesterday.setDate(yesterday.getDate() - 1)
  const time = `${pad(date.getHours())}:${pad(date.getMinutes())}`
  if (date.toDateString() === new Date(now).toDateString()) return `today ${time}`
  if (date.toDateString() === yesterday.toDateString()) return `yesterday ${time}`
  return `${formatTime(epoch, now)} ${time}`
}

/** `12:34:56`, local. */
export function formatClock(epoch: number): string {
  const date = toDate(epoch)
  if (date === null) return 'far future'
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`
}

/** The whole instant, local: `2026-11-23 12:34:56`. */
export function formatInstant(epoch: number): string {
  const date = toDate(epoch)
  if (date === null) return 'further away than a calendar reaches'
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatClock(epoch)}`
}
