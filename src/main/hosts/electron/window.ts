import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import type { IpcHost } from './ipc.ts'
import {
  DEFAULT_SIZE,
  isReachable,
  readWindowState,
  SMALLEST,
  type WindowState,
  writeWindowState,
} from './window-state.ts'

export interface WindowOptions {
  readonly ipc: IpcHost
  readonly url: string
  readonly preload: string
  readonly icon: string
  readonly stateFile: string
  readonly log: (line: string) => void
}

/** The style sheet's `--bg` in either theme, so that no white flashes before the page is drawn. */
const BACKGROUND = { light: '#f6f4f1', dark: '#161513' } as const

/** Opens the inspector's window where it was last, and shows it once it is drawn. */
export function openWindow({ ipc, url, preload, icon, stateFile, log }: WindowOptions): BrowserWindow {
  const state = placeFor(readWindowState(stateFile))
  const window = new BrowserWindow({
    ...(state?.bounds ?? DEFAULT_SIZE),
    minWidth: SMALLEST.width,
    minHeight: SMALLEST.height,
    show: false,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    icon,
    title: 'Redis Session Inspector',
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () => keepState(window, stateFile, log))
  connect(window, ipc, log)
  window.loadURL(url).catch((error: Error) => log(`The window could not load its page: ${error.message}`))
  return window
}

function placeFor(state: WindowState | null): WindowState | null {
  const screens = screen.getAllDisplays().map((display) => display.workArea)
  return state !== null && isReachable(state.bounds, screens) ? state : null
}

function keepState(window: BrowserWindow, file: string, log: (line: string) => void): void {
  try {
    writeWindowState(file, { bounds: window.getNormalBounds(), maximized: window.isMaximized() })
  } catch (error) {
    // A full or read-only disk must not keep the window from closing.
    log(`The window's place was not kept: ${error instanceof Error ? error.message : error}`)
  }
}

/** A renderer that crashes again within this time, in milliseconds, is not started a third time. */
const CRASH_INTERVAL = 10_000

function connect(window: BrowserWindow, ipc: IpcHost, log: (line: string) => void): void {
  const contents = window.webContents
  let crashedAt = Number.NEGATIVE_INFINITY
  ipc.admit(contents)
  contents.on('did-navigate', () => ipc.renew(contents))
  contents.on('render-process-gone', (_event, { reason }) => {
    ipc.renew(contents)
    if (reason === 'clean-exit') return
    log(`The window's process ended: ${reason}`)
    const again = performance.now() - crashedAt < CRASH_INTERVAL
    crashedAt = performance.now()
    if (!again) return contents.reload()
    dialog.showErrorBox(
      'The window stopped working',
      `Its process ended twice (${reason}). Close the window and start the inspector again; no session was changed by this.`,
    )
  })
  window.on('closed', () => ipc.release(contents))
}
