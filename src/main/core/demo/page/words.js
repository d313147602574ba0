// Numbers and states in words. No DOM in here.

/** `27 years`, `285M years`: a TTL may be that long. */
const years = (seconds) =>
  `${Intl.NumberFormat('en', { notation: 'compact' }).format(Math.floor(seconds / 86_400 / 365.2425))} years`

/** Milliseconds left, as the figure in the ring: `7.3`, `42`, `29:41`, `2:05:00`, `12 d`. */
export function formatLeft(milliseconds) {
  if (milliseconds <= 0) return '0'
  if (milliseconds < 10_000) return (Math.ceil(milliseconds / 100) / 10).toFixed(1)
  const seconds = Math.ceil(milliseconds / 1000)
  if (seconds < 100) return String(seconds)
  const pad = (number) => String(number).padStart(2, '0')
  const hours = Math.floor(seconds / 3600)
  if (hours < 1) return `${Math.floor(seconds / 60)}:${pad(seconds % 60)}`
  if (hours < 24) return `${hours}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  const days = Math.floor(hours / 24)
  return days < 1000 ? `${days} d ${hours % 24} h` : years(seconds)
}

/** Seconds as somebody says them: `15 s`, `30 min`, `1 min 30 s`, `2 h`. */
export function formatSeconds(seconds) {
  if (seconds >= 1000 * 86_400) return years(seconds)
  const units = [
    ['d', 86_400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ]
  const parts = []
  let rest = seconds
  for (const [unit, size] of units) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) parts.push(`${count} ${unit}`)
  }
  return parts.slice(0, 2).join(' ') || '0 s'
}

/** The three states of a TTL, here and in the inspector alike. */
export function moodOf(fraction) {
  if (fraction <= 0) return { mood: 'over', words: 'expired' }
  if (fraction < 0.1) return { mood: 'red', words: 'about to expire' }
  if (fraction < 0.25) return { mood: 'amber', words: 'expires soon' }
  return { mood: 'calm', words: fraction > 0.5 ? 'plenty of time' : 'time is running' }
}

export const timeOf = (date) => date.toTimeString().slice(0, 8)

/** Enough of an id to know it by; the whole one stands with the cookie. */
export const shortId = (id) => (id.length > 12 ? `${id.slice(0, 4)}…${id.slice(-4)}` : id)

const ATTRIBUTES = {
  httponly: 'Scripts cannot read it.',
  path: 'Sent with each request to this server.',
  secure: 'Sent over HTTPS only.',
  'samesite=lax': 'Other sites cannot send it along with their forms and fetches.',
  'samesite=strict': 'Sent with requests from this site’s own pages only.',
  'samesite=none': 'Sent with requests from every site.',
  'max-age': 'The browser forgets it after so many seconds.',
}

/** What an attribute of the cookie is for. */
export function explainAttribute(attribute) {
  const lower = attribute.toLowerCase()
  return ATTRIBUTES[lower] ?? ATTRIBUTES[lower.split('=')[0]] ?? ''
}

const KINDS = {
  created_at: 'reserved',
  last_accessed_at: 'reserved',
  session_ttl: 'reserved',
  csrf_token: 'guards POST',
}

/** What marks a field that is not the visitor's own data. */
export const kindOf = (field) => (Object.hasOwn(KINDS, field) ? KINDS[field] : '')

/** The session's data first, the token next, the store's own fields last. */
export function fieldOrder(a, b) {
  return placeOf(a) - placeOf(b) || (a < b ? -1 : 1)
}

function placeOf(field) {
  const first = ['username', 'page_views'].indexOf(field)
  if (first >= 0) return first
  return 2 + ['', 'guards POST', 'reserved'].indexOf(kindOf(field))
}
