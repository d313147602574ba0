import {
  CircleCheck,
  CircleSlash,
  Cookie,
  Hourglass,
  KeyRound,
  Lock,
  type LucideIcon,
  SearchX,
} from 'lucide-react'
import type {
  CookieEnding,
  CookieFinding,
  CookieOutcome,
  CookieReport,
  CookieSignature,
} from '#shared/cookies.ts'
import { formatAgo, formatClock, plural } from '../../lib/format.ts'

export const OUTCOMES: Readonly<
  Record<CookieOutcome, { readonly icon: LucideIcon; readonly tone: 'calm' | 'amber' | 'plain' }>
> = {
  found: { icon: CircleCheck, tone: 'calm' },
  ended: { icon: Hourglass, tone: 'amber' },
  absent: { icon: SearchX, tone: 'plain' },
  stateless: { icon: Cookie, tone: 'plain' },
  protected: { icon: Lock, tone: 'plain' },
  secret: { icon: KeyRound, tone: 'amber' },
  malformed: { icon: CircleSlash, tone: 'amber' },
  other: { icon: CircleSlash, tone: 'plain' },
}

export const SIGNATURES: Readonly<
  Record<CookieSignature, { readonly words: string; readonly tone: 'calm' | 'red' | 'plain' } | null>
> = {
  none: null,
  unchecked: { words: 'signature not checked', tone: 'plain' },
  good: { words: 'signature good', tone: 'calm' },
  bad: { words: 'signature wrong', tone: 'red' },
}

/** What has come of a cookie, in a sentence. @param now epoch milliseconds */
export function outcomeInWords(finding: CookieFinding, now: number): string {
  const { outcome, sessions, ending } = finding
  switch (outcome) {
    case 'found':
      return sessions.length === 1 ? 'Its session is there.' : `Its id is there ${sessions.length} times.`
    case 'ended':
      return ending === null ? 'Its session has ended.' : endingInWords(ending, now)
    case 'absent':
      return 'No session has this id. It has expired or was deleted before anybody looked, or lies in another Redis or database.'
    // What is to be known of these stands in the finding's note.
    case 'stateless':
    case 'protected':
    case 'secret':
      return ''
    case 'malformed':
      return 'The library would not take it.'
    case 'other':
      return 'It is no session’s.'
  }
}

function endingInWords({ how, at }: CookieEnding, now: number): string {
  const when = `${formatAgo(at, now)}, at ${formatClock(at)}`
  switch (how) {
    case 'expired':
      return `Its session expired ${when}.`
    case 'deleted':
      return `Its session was deleted ${when}.`
    case 'rotated':
      return `Its session got another id ${when}. Whoever sends this cookie begins a new session.`
  }
}

/** What a wrong signature means. */
export const BAD_SIGNATURE = {
  found:
    'The signature was made with another secret, or changed since. The application would refuse this cookie and begin a new session.',
  other: 'The signature was made with another secret, or changed since.',
} as const

/** All of it, for who does not see it. */
export function reportInWords({ cookies, more }: CookieReport): string {
  if (cookies.length === 0)
    return 'There is no cookie in this. Paste its value, name=value, a Cookie or Set-Cookie header, or a curl command with one.'
  const sessions = cookies.reduce((sum, finding) => sum + finding.sessions.length, 0)
  const among = plural(cookies.length, 'cookie')
  const beyond = more === 0 ? '' : ` ${plural(more, 'further one')} ${more === 1 ? 'was' : 'were'} left out.`
  return `${sessions === 0 ? 'No session' : plural(sessions, 'session')} found by ${among}.${beyond}`
}

/** How far it was looked, where nothing was found. */
export function searchInWords({ keys, refused, complete }: CookieReport): string | null {
  if (keys === 0) return null
  const where = complete
    ? 'Every key of the database was looked at.'
    : 'Beside the usual prefixes, as many keys were looked at as a second allows. Where it has a prefix of its own, list that first.'
  return refused === 0
    ? where
    : `${where} This Redis user may not look at ${plural(refused, 'key')} of those tried.`
}
