import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, say, succeeds } from './run-tool.mjs'

const PACKAGE = join(ROOT, 'node_modules/electron')
const EXECUTABLES = { darwin: 'Electron.app/Contents/MacOS/Electron', win32: 'electron.exe' }
/** How long the download of the executable (about 110 MB) may take, in milliseconds. */
const DOWNLOAD_TIME = 180_000

/** Electron's own package honours this variable too; what it names is taken as fit for this machine. */
export const isOverridden = () => Boolean(process.env.ELECTRON_OVERRIDE_DIST_PATH)

/**
 * Electron's executable, downloaded if it is not there: its npm package comes without.
 * @returns {string | null}
 */
export function findElectron() {
  if (!existsSync(executable()) && !isOverridden()) {
    say("Downloading Electron's executable…")
    succeeds(process.execPath, [join(PACKAGE, 'install.js')], {
      timeout: DOWNLOAD_TIME,
      killSignal: 'SIGKILL',
    })
  }
  return existsSync(executable()) ? executable() : null
}

function executable() {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH || join(PACKAGE, 'dist')
  return join(folder, EXECUTABLES[process.platform] ?? 'electron')
}

export const hasDisplay = () =>
  process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
