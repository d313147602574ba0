import { protocol } from 'electron'
import { openRendererFiles, type RendererFiles } from '../renderer-files.ts'
import { contentSecurityPolicy, securityHeaders } from '../security-headers.ts'
import { HOST, SCHEME } from './page.ts'

/** Must run before the app is ready: makes pages of our scheme a secure origin of their own. */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built renderer under our scheme. */
export async function setupProtocol(rendererDir: string): Promise<void> {
  const files = await openRendererFiles(rendererDir)
  protocol.handle(SCHEME, (request) => answer(files, request))
}

export async function answer(
  files: RendererFiles,
  { method, url }: Pick<Request, 'method' | 'url'>,
): Promise<Response> {
  const { host, pathname } = new URL(url)
  const headers = securityHeaders(contentSecurityPolicy())
  const file = method === 'GET' && host === HOST ? await files.read(pathname) : null
  if (file === null) return new Response('Not found', { status: 404, headers })
  return new Response(file.body, { headers: { ...headers, ...file.headers } })
}
