import type { PreloadBridge, TabbedTransport } from '#shared/transport.ts'
import { SOCKET_PATH } from '#shared/transport.ts'
import { createElectronTransport } from './electron.ts'
import { createWebSocketTransport } from './web-socket.ts'

export { createElectronTransport, createWebSocketTransport }

declare global {
  interface Window {
    /** Set by preload; absent in a browser. */
    readonly inspector?: PreloadBridge
  }
}

/** The transport of the host that this page came from. */
export function detectTransport(): TabbedTransport {
  if (window.inspector !== undefined) return createElectronTransport(window.inspector)
  const url = new URL(SOCKET_PATH, window.location.href)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  return createWebSocketTransport(url.href, { WebSocket })
}
