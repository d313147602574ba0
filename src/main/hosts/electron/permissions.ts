import type { Session } from 'electron'
import { isUnder } from './page.ts'

/**
 * Denies every permission but one: writing text to the clipboard, which the copy buttons of our own page need and
 * which Electron asks about where a browser does not. Reading the clipboard stays denied.
 */
export function setupPermissions(session: Session, origin: string): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) =>
    callback(isAllowed(permission, requestingUrl, origin)),
  )
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) =>
    isAllowed(permission, requestingOrigin, origin),
  )
  session.setDevicePermissionHandler(() => false)
}

export const isAllowed = (permission: string, requestingUrl: string, origin: string): boolean =>
  permission === 'clipboard-sanitized-write' && isUnder(origin, requestingUrl)
