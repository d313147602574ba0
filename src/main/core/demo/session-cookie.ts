import { parseCookie, stringifySetCookie } from 'cookie'
import type { DemoCookieOptions } from './options.ts'

/** What an id may look like; ours are 43 characters. Anything else never reaches Redis. */
const SESSION_ID = /^[A-Za-z0-9_-]{1,128}$/

export interface CookieReading {
  /** The session id that the browser sent, or null. It is not known yet whether there is such a session. */
  readonly id: string | null
  /** True where there was a cookie of our name and none that could be an id: it is to be cleared. */
  readonly garbage: boolean
}

/** The cookie that carries the session id and nothing else. */
export interface SessionCookie {
  /** Of several cookies of our name the first that could be an id counts: browsers send the closest path first. */
  read(header: string | undefined): CookieReading
  /** The value of `Set-Cookie` that hands out an id. */
  set(id: string): string
  /** The value of `Set-Cookie` that takes it back. */
  clear(): string
  /** The attributes as the browser is told them: `Path=/; HttpOnly; SameSite=Lax`. */
  readonly attributes: string
}

export function createSessionCookie(options: DemoCookieOptions): SessionCookie {
  const { name, secure, maxAge } = options
  const sameSite = { Lax: 'lax', Strict: 'strict', None: 'none' } as const
  const shared = { path: '/', httpOnly: true, secure, sameSite: sameSite[options.sameSite] }
  const lasting = maxAge === null ? shared : { ...shared, maxAge }
  return {
    read(header = '') {
      const values = header
        .split(';')
        .map((pair) => parseCookie(pair)[name])
        .filter((value) => value !== undefined)
      const id = values.find((value) => SESSION_ID.test(value)) ?? null
      return { id, garbage: id === null && values.length > 0 }
    },
    set: (id) => stringifySetCookie(name, id, lasting),
    clear: () => stringifySetCookie(name, '', { ...shared, maxAge: 0, expires: new Date(0) }),
    attributes: stringifySetCookie(name, '', lasting).replace(/^[^;]*;\s*/, ''),
  }
}
