import { Agent, request } from 'node:http'
import { type Judgement, SessionModel } from './model.ts'

/** What came of one request. */
export type Outcome =
  | { readonly kind: 'acknowledged' }
  /** Acknowledged, and writes that were acknowledged before, at these moments, are not in the answer any more. */
  | { readonly kind: 'rolled back'; readonly model: SessionModel; readonly lost: readonly number[] }
  /** Refused with 503, cut or not answered: it may have been done or not. */
  | { readonly kind: 'failed'; readonly why: string }
  /** What must not be. */
  | { readonly kind: 'wrong'; readonly what: string }
  /** A session that was there by all that was acknowledged is answered as gone. */
  | { readonly kind: 'missing'; readonly id: string; readonly model: SessionModel }

interface Reply {
  readonly status: number
  readonly cookie: string | null
  readonly body: {
    readonly authenticated?: boolean
    readonly session_id?: string
    readonly session?: Readonly<Record<string, string>> | null
    readonly configured_ttl?: number
    readonly page_views?: number
    readonly error?: string
  }
}

/** What the visitors of a run share. */
export interface Common {
  readonly port: number
  /** Rises when Redis is known anew: what was begun before says nothing of it. */
  epoch: number
  /** Ids that were acknowledged as deleted, and when, epoch milliseconds. */
  readonly ended: Map<string, number>
  /** Sessions that a request which failed may have ended, or that were answered as gone. */
  readonly loose: Map<string, SessionModel>
  /** Names of logins that failed: their sessions may be there, and nobody knows their ids. */
  readonly unknownLogins: Set<string>
}

/** Milliseconds after which an answer is not waited for any more. */
const PATIENCE = 25_000
const TTLS = [1800, 3600, 5400, 7200] as const

/** Somebody who logs in, looks, clicks and logs out, one request at a time over one connection that is kept. */
export class Visitor {
  session: SessionModel | null = null
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 })
  readonly #common: Common
  readonly #name: string
  #logins = 0

  constructor(common: Common, number: number) {
    this.#common = common
    this.#name = `visitor-${number}`
  }

  /** One request of the mix: half of them increments, two in five reads, the rest TTLs, logins and logouts. */
  act(): Promise<Outcome> {
    const { session } = this
    if (session === null) return this.#login()
    const chance = Math.random()
    if (chance < 0.4) return this.#look(session)
    if (chance < 0.9) return this.#increment(session)
    if (chance < 0.94) return this.#setTtl(session)
    return chance < 0.97 ? this.#login() : this.#logout(session)
  }

  close(): void {
    this.#agent.destroy()
  }

  async #login(): Promise<Outcome> {
    const { epoch, ended, loose, unknownLogins } = this.#common
    this.#logins += 1
    const username = `${this.#name}-login-${this.#logins}`
    const before = this.session
    const ttl = TTLS[this.#logins % TTLS.length] ?? 3600
    const reply = await this.#send('POST', '/login', { username, ttl: String(ttl) })
    if (typeof reply === 'string' || reply.status === 503) {
      unknownLogins.add(username)
      before?.endFailed()
      return failed(reply)
    }
    const { session_id: id = '', session, configured_ttl } = reply.body
    if (
      reply.status !== 200 ||
      session?.username !== username ||
      reply.cookie !== id ||
      configured_ttl !== ttl
    ) {
      return wrong(`a login as ${username} was answered with ${brief(reply)}`)
    }
    const model = new SessionModel(id, username, session.csrf_token ?? '', { views: 1, ttl })
    this.session = model
    if (epoch !== this.#common.epoch) {
      model.endFailed()
      if (before !== null) loose.set(before.id, before)
    } else if (before !== null) {
      ended.set(before.id, Date.now())
    }
    return ACKNOWLEDGED
  }

  async #look(session: SessionModel): Promise<Outcome> {
    const { epoch } = this.#common
    const reply = await this.#send('GET', '/session')
    if (typeof reply === 'string' || reply.status === 503) return failed(reply)
    if (reply.status !== 200) return wrong(`GET /session was answered with ${brief(reply)}`)
    if (reply.body.authenticated === false) return this.#gone(session, epoch)
    return this.#compare(session, reply, epoch, ({ views, ttl }) => session.shown(views, ttl))
  }

  async #increment(session: SessionModel): Promise<Outcome> {
    const { epoch } = this.#common
    const reply = await this.#send('POST', '/increment', {})
    if (typeof reply === 'string' || reply.status === 503) {
      session.incrementFailed()
      return failed(reply)
    }
    if (epoch !== this.#common.epoch) session.incrementFailed()
    if (reply.status === 401) return this.#gone(session, epoch)
    return this.#compare(session, reply, epoch, ({ views }) => session.incremented(views))
  }

  async #setTtl(session: SessionModel): Promise<Outcome> {
    const { epoch } = this.#common
    const ttl = TTLS[Math.floor(Math.random() * TTLS.length)] ?? 3600
    const reply = await this.#send('POST', '/ttl', { ttl: String(ttl) })
    if (typeof reply === 'string' || reply.status === 503) {
      session.ttlFailed(ttl)
      return failed(reply)
    }
    if (epoch !== this.#common.epoch) session.ttlFailed(ttl)
    if (reply.status === 401) return this.#gone(session, epoch)
    return this.#compare(session, reply, epoch, () => {
      session.ttlSet(ttl)
      return { problem: null, lost: [] }
    })
  }

  async #logout(session: SessionModel): Promise<Outcome> {
    const { epoch, ended, loose } = this.#common
    const reply = await this.#send('POST', '/logout', {})
    if (typeof reply === 'string' || reply.status === 503) {
      session.endFailed()
      return failed(reply)
    }
    if (reply.status !== 200 || reply.body.authenticated !== false) {
      return wrong(`a logout was answered with ${brief(reply)}`)
    }
    this.session = null
    if (epoch === this.#common.epoch) ended.set(session.id, Date.now())
    else loose.set(session.id, session)
    return ACKNOWLEDGED
  }

  /** The answer says that there is no such session any more. */
  #gone(session: SessionModel, epoch: number): Outcome {
    // Told of a Redis that is another one by now.
    if (epoch !== this.#common.epoch) return ACKNOWLEDGED
    this.session = null
    this.#common.loose.set(session.id, session)
    return session.mayBeGone ? ACKNOWLEDGED : { kind: 'missing', id: session.id, model: session }
  }

  #compare(
    session: SessionModel,
    { status, body, ...reply }: Reply,
    epoch: number,
    judge: (shown: { readonly views: number; readonly ttl: number }) => Judgement,
  ): Outcome {
    const { session_id, session: fields, configured_ttl } = body
    const own = session_id === session.id && fields?.username === session.username
    if (status !== 200 || !own || fields?.csrf_token !== session.token) {
      return wrong(
        `${session.username} (${session.id}) was answered with ${brief({ status, body, ...reply })}`,
      )
    }
    if (epoch !== this.#common.epoch) return ACKNOWLEDGED
    const views = body.page_views ?? Number(fields.page_views)
    const { problem, lost } = judge({ views, ttl: configured_ttl ?? Number.NaN })
    if (problem !== null) return wrong(`${session.username}: ${problem}`)
    return lost.length === 0 ? ACKNOWLEDGED : { kind: 'rolled back', model: session, lost }
  }

  /** @returns in words why there is no answer */
  #send(method: string, path: string, form?: Readonly<Record<string, string>>): Promise<Reply | string> {
    const body = form === undefined ? '' : new URLSearchParams(form).toString()
    const { session } = this
    const headers = {
      ...(session === null ? {} : { Cookie: `sid=${session.id}`, 'X-CSRF-Token': session.token }),
      ...(form === undefined
        ? {}
        : {
            'Content-Type': 'application/x-www-form-urlencoded',
            'Content-Length': Buffer.byteLength(body),
          }),
    }
    return new Promise((resolve) => {
      const { port } = this.#common
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers, agent: this.#agent },
        (answer) => {
          let text = ''
          answer.setEncoding('utf8')
          answer.on('data', (part: string) => {
            text += part
          })
          answer.on('error', (error) => resolve(error.message))
          answer.on('end', () => {
            const cookie = /^sid=([^;]*)/.exec(answer.headers['set-cookie']?.[0] ?? '')?.[1] ?? null
            try {
              resolve({ status: answer.statusCode ?? 0, cookie, body: JSON.parse(text) })
            } catch {
              resolve({
                status: answer.statusCode ?? 0,
                cookie,
                body: { error: `no JSON: ${text.slice(0, 100)}` },
              })
            }
          })
        },
      )
      sent.setTimeout(PATIENCE, () => sent.destroy(new Error('not answered in time')))
      sent.on('error', (error) => resolve(error.message))
      sent.end(body)
    })
  }
}

export const ACKNOWLEDGED: Outcome = { kind: 'acknowledged' }
const wrong = (what: string): Outcome => ({ kind: 'wrong', what })
const failed = (reply: Reply | string): Outcome => ({
  kind: 'failed',
  why: typeof reply === 'string' ? reply : `503 ${reply.body.error ?? ''}`,
})
const brief = ({ status, body }: Reply): string => `${status} ${JSON.stringify(body).slice(0, 300)}`
