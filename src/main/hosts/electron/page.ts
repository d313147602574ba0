/** The scheme and the host that the renderer is served under. */
export const SCHEME = 'app'
export const HOST = 'inspector'

export const APP_ORIGIN = `${SCHEME}://${HOST}`

/** Where the renderer comes from. */
export interface Page {
  /** What the window loads. */
  readonly url: string
  /** What a frame of ours calls its origin. */
  readonly origin: string
}

/**
 * Our own scheme; under `electron-vite dev` its server, which is told by ELECTRON_RENDERER_URL. A packaged app
 * takes no address from its environment.
 */
export function rendererPage(isPackaged: boolean, devUrl: string | undefined): Page {
  if (isPackaged || !devUrl) return { url: `${APP_ORIGIN}/`, origin: APP_ORIGIN }
  return { url: devUrl, origin: new URL(devUrl).origin }
}

/** Whether a URL lies under an origin. `URL.origin` is 'null' for schemes of one's own, so it is put together. */
export function isUnder(origin: string, url: string): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  return `${protocol}//${host}` === origin
}

/** Other schemes start programs: `file:`, `smb:`, `ms-msdt:` and whatever else is registered. */
export const isWebLink = (url: string): boolean =>
  URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
