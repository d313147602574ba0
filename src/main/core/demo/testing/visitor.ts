import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { parseSetCookie } from 'cookie'
import type { DemoServer } from '../demo-server.ts'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The body as JSON; empty where it is none. */
  readonly json: Readonly<Record<string, unknown>>
}

export interface Parts {
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly body?: string | URLSearchParams
}

/** One request over a connection of its own, with exactly the headers given. */
export function ask(
  server: Pick<DemoServer, 'port'>,
  method: string,
  path: string,
  parts: Parts = {},
): Promise<Reply> {
  const { body } = parts
  const text = String(body ?? '')
  const type = body instanceof URLSearchParams ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}
  const length = method === 'GET' || method === 'HEAD' ? {} : { 'Content-Length': Buffer.byteLength(text) }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        host: '127.0.0.1',
        port: server.port,
        method,
        path,
        agent: false,
        headers: { ...type, ...length, ...parts.headers },
      },
      (incoming) => {
        let received = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk: string) => {
          received += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => {
          resolve({
            status: incoming.statusCode ?? 0,
            headers: incoming.headers,
            text: received,
            json: parseJson(received),
          })
        })
      },
    )
    outgoing.on('error', reject)
    outgoing.end(text)
  })
}

function parseJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return {}
  }
}

/** A browser as far as sessions go: it keeps the cookie, and knows the CSRF token of the last answer. */
export class Visitor<Server extends Pick<DemoServer, 'port'> = DemoServer> {
  sid: string | null = null
  csrfToken: string | null = null

  constructor(readonly server: Server) {}

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.#ask('GET', path, { headers })
  }

  post(
    path: string,
    params: Readonly<Record<string, string>> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const token = this.csrfToken === null ? {} : { 'X-CSRF-Token': this.csrfToken }
    return this.#ask('POST', path, { body: new URLSearchParams(params), headers: { ...token, ...headers } })
  }

  async #ask(method: string, path: string, parts: Parts): Promise<Reply> {
    const cookie = this.sid === null ? {} : { Cookie: `sid=${this.sid}` }
    const reply = await ask(this.server, method, path, { ...parts, headers: { ...cookie, ...parts.headers } })
    for (const header of reply.headers['set-cookie'] ?? []) {
      const { name, value, maxAge } = parseSetCookie(header)
      if (name === 'sid') this.sid = maxAge === 0 || !value ? null : value
    }
    const session = reply.json.session as Record<string, string> | null | undefined
    if (session) this.csrfToken = session.csrf_token ?? null
    return reply
  }
}
