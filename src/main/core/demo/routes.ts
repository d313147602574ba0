import { USER_FIELD } from '#shared/model.ts'
import { parseTtl } from '#shared/ttl.ts'
import type { SessionStore } from '../store/session-store.ts'
import type { SessionFields } from '../store/types.ts'
import { type Answer, type PageFile, Refusal, type SessionBody } from './answer.ts'
import type { Params } from './body.ts'
import { CSRF_FIELD, CSRF_HEADER, isCsrfToken, newCsrfToken } from './guards.ts'

/** A request as a route sees it: from an allowed place, its body read. */
export interface Visit {
  /** The id in the cookie; whether there is such a session is for Redis to say. */
  readonly id: string | null
  readonly csrfToken: string | undefined
  /** Empty for GET. */
  readonly params: Params
}

export type Route = (visit: Visit) => Answer | Promise<Answer>
export type Method = 'GET' | 'POST'
/** Path → method → route. */
export type Routes = ReadonlyMap<string, Readonly<Partial<Record<Method, Route>>>>

interface LiveSession {
  readonly id: string
  readonly fields: SessionFields
  /** Seconds. */
  readonly ttl: number
}

/** What a request without a live session is told, in the guide's words. */
const NO_SESSION = { authenticated: false, session: null } as const
const COUNTER = 'page_views'

/** The guide's routes on a store. */
export function createRoutes(store: SessionStore, files: ReadonlyMap<string, PageFile>): Routes {
  /** Reads without a touch what an operation before it has touched. */
  async function look(id: string): Promise<LiveSession> {
    const fields = await store.getSession(id, { refresh: false })
    const ttl = fields === null ? -1 : await store.getRemainingTtl(id)
    if (fields === null || ttl < 0) throw expired()
    return { id, fields, ttl }
  }

  /** The session behind the cookie, for a request that proves to come from its own page. It is not touched. */
  async function authorise({ id, csrfToken }: Visit): Promise<{ id: string; fields: SessionFields }> {
    if (id === null) throw new Refusal(401, 'No active session', 'no session: nothing touched')
    const fields = await store.getSession(id, { refresh: false })
    if (fields === null) throw expired()
    const expected = fields[CSRF_FIELD] ?? ''
    if (expected === '' || !isCsrfToken(csrfToken, expected)) {
      throw new Refusal(
        403,
        `Send the session's ${CSRF_FIELD}, which GET /session shows, as the header ${CSRF_HEADER}.`,
        csrfToken === undefined ? 'refused: no CSRF token' : 'refused: wrong CSRF token',
      )
    }
    return { id, fields }
  }

  async function show({ id }: Visit): Promise<Answer> {
    if (id === null) return answer(NO_SESSION, 'no session: nothing touched', null)
    const gone = () => ({
      ...answer(NO_SESSION, 'session gone: cookie cleared', id),
      cookie: 'clear' as const,
    })
    let fields = await store.getSession(id)
    if (fields === null) return gone()
    const adopted = !fields[CSRF_FIELD]
    if (adopted) {
      // Made by another program, such as the guide's store. Read again: a request beside this one may adopt it too.
      await store.updateSession(id, { [CSRF_FIELD]: newCsrfToken() })
      fields = await store.getSession(id, { refresh: false })
    }
    const ttl = fields === null ? -1 : await store.getRemainingTtl(id)
    if (fields === null || ttl < 0) return gone()
    const effect = adopted
      ? `gave the session of ${userOf(fields)} a CSRF token`
      : `read the session of ${userOf(fields)}: TTL back to ${ttl} s`
    // The guide's GET /session also puts the remaining TTL among the fields, as text.
    return answer(sessionBody({ id, fields: { ...fields, ttl: fields.ttl ?? String(ttl) }, ttl }), effect, id)
  }

  /** Always a new id, so that a planted one never becomes logged in; the session of the old cookie ends. */
  async function login({ id: oldId, params }: Visit): Promise<Answer> {
    const username = params.get('username')?.trim() || 'Guest'
    const ttl = parseTtl(params.get('ttl')?.trim() || store.ttl)
    const data = { [USER_FIELD]: username, [COUNTER]: '1', [CSRF_FIELD]: newCsrfToken() }
    const id = await store.createSession(data, ttl)
    const session = await look(id)
    const ended = oldId !== null && (await store.deleteSession(oldId))
    const effect = `created the session of ${shown(username)}${ended ? ', deleted the one before' : ''}`
    return { ...answer(sessionBody(session), effect, id), cookie: { set: id } }
  }

  async function increment(visit: Visit): Promise<Answer> {
    const { id } = await authorise(visit)
    const value = await store.incrementField(id, COUNTER, 1)
    if (value === null) throw expired()
    const body = { ...sessionBody(await look(id)), page_views: value }
    return answer(body, `page views ${value - 1} → ${value}`, id)
  }

  async function changeTtl(visit: Visit): Promise<Answer> {
    const { id, fields } = await authorise(visit)
    const ttl = parseTtl(visit.params.get('ttl') ?? '')
    if (!(await store.setSessionTtl(id, ttl))) throw expired()
    return answer(sessionBody(await look(id)), `TTL ${fields.session_ttl} s → ${ttl} s`, id)
  }

  async function logout(visit: Visit): Promise<Answer> {
    const done = (effect: string): Answer => ({
      ...answer({ authenticated: false }, effect, visit.id),
      cookie: 'clear',
    })
    if (visit.id === null) return done('no session: nothing touched')
    try {
      const { id, fields } = await authorise(visit)
      await store.deleteSession(id)
      return done(`deleted the session of ${userOf(fields)}`)
    } catch (error) {
      // Logging out of a session that has gone is no error.
      if (error instanceof Refusal && error.status === 401) return done('session gone: cookie cleared')
      throw error
    }
  }

  const page = [...files].map(([path, file]) => {
    const send = () => answer(file, 'sent the page: nothing touched', null)
    return [path, { GET: send }] as const
  })
  return new Map<string, Partial<Record<Method, Route>>>([
    ...page,
    ['/session', { GET: show }],
    ['/login', { POST: login }],
    ['/increment', { POST: increment }],
    ['/ttl', { POST: changeTtl }],
    ['/logout', { POST: logout }],
  ])
}

const answer = (body: Answer['body'], effect: string, sessionId: string | null): Answer => ({
  status: 200,
  body,
  effect,
  sessionId,
})

const expired = () => new Refusal(401, 'Session expired', 'session gone: cookie cleared', { cookie: 'clear' })

const sessionBody = ({ id, fields, ttl }: LiveSession): SessionBody => ({
  authenticated: true,
  session_id: id,
  session: fields,
  configured_ttl: Number(fields.session_ttl),
  ttl,
})

const userOf = (fields: SessionFields): string => shown(fields[USER_FIELD] ?? 'somebody')

/** A name for a line of a log or a terminal: bounded, and without what would move the cursor. */
function shown(name: string): string {
  const plain = name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�')
  const characters = [...plain]
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : plain
}
