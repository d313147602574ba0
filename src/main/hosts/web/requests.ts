import type { IncomingMessage, ServerResponse } from 'node:http'
import type { RendererFiles } from '../renderer-files.ts'
import { contentSecurityPolicy, securityHeaders } from '../security-headers.ts'
import type { Access, Refusal } from './access.ts'
import { arrivalPage, PAGE_POLICY, refusedPage } from './pages.ts'

/** Apart from other sites' windows; Electron, which opens no windows, knows this for http alone. */
const APART = { 'Cross-Origin-Opener-Policy': 'same-origin' }
const HTML = 'text/html;charset=utf-8'

/** Answers HTTP: lets a browser in by the token, then hands out the renderer's files. */
export function createRequestHandler(access: Access, files: RendererFiles) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refusal = access.checkAddress(request)
    if (refusal !== null) return refuse(response, refusal)
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return text(response, 405, 'The inspector answers GET and HEAD.', { Allow: 'GET, HEAD' })
    }
    // Not read as a URL: what a client sends may not be one, and a path is only looked up as it stands.
    const [pathname = '/', query = ''] = (request.url ?? '/').split('?', 2)
    const token = new URLSearchParams(query).get('token')
    if (pathname === '/' && token !== null) return admit(access, request, response, token)

    const missing = access.checkCookie(request)
    if (missing !== null) return refuse(response, missing)
    const file = await files.read(pathname)
    if (file === null) return text(response, 404, 'The inspector has no such page.')
    // 'self' covers the WebSocket in current browsers, but not in all that are in use.
    const policy = contentSecurityPolicy(["'self'", `ws://${request.headers.host}`])
    response.writeHead(200, {
      ...securityHeaders(policy),
      ...APART,
      ...file.headers,
      'Content-Length': file.body.byteLength,
    })
    response.end(request.method === 'HEAD' ? undefined : file.body)
  }
}

function admit(access: Access, request: IncomingMessage, response: ServerResponse, token: string): void {
  const cookie = access.admit(token)
  if (cookie === null) {
    refuse(response, 'token')
    return
  }
  const headers = { ...securityHeaders(PAGE_POLICY), 'Cache-Control': 'no-store', 'Set-Cookie': cookie }
  if (request.headers['sec-fetch-site'] === 'cross-site') {
    response.writeHead(200, { ...headers, 'Content-Type': HTML }).end(arrivalPage())
  } else {
    response.writeHead(303, { ...headers, Location: '/' }).end()
  }
}

function refuse(response: ServerResponse, refusal: Refusal): void {
  const headers = { ...securityHeaders(PAGE_POLICY), 'Content-Type': HTML, 'Cache-Control': 'no-store' }
  response.writeHead(403, headers).end(refusedPage(refusal))
}

function text(response: ServerResponse, status: number, message: string, headers = {}): void {
  response.writeHead(status, {
    ...securityHeaders(PAGE_POLICY),
    'Content-Type': 'text/plain;charset=utf-8',
    'Cache-Control': 'no-store',
    ...headers,
  })
  response.end(`${message}\n`)
}
