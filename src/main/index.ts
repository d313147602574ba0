import { join } from 'node:path'
import { app, BrowserWindow, ipcMain, safeStorage, session } from 'electron'
import { INVOKE_CHANNEL } from '#shared/ipc.ts'
import { createInspector } from './core/services.ts'
import { SETTINGS_DEFAULTS } from './core/settings/settings-file.ts'
import { isFirstInstance, setupSecondInstance, setupUserData } from './hosts/electron/instance.ts'
import { createIpcHost } from './hosts/electron/ipc.ts'
import { setupMenu } from './hosts/electron/menu.ts'
import { setupNavigation } from './hosts/electron/navigation.ts'
import { APP_ORIGIN, rendererPage } from './hosts/electron/page.ts'
import { setupPermissions } from './hosts/electron/permissions.ts'
import { registerScheme, setupProtocol } from './hosts/electron/protocol.ts'
import { setupQuit } from './hosts/electron/quit.ts'
import { createSecretBox } from './hosts/electron/secrets.ts'
import { createTabMenu } from './hosts/electron/tab-menu.ts'
import { openWindow } from './hosts/electron/window.ts'
import { readRedisUrl, redisOption } from './hosts/redis-url.ts'

const log = (line: string) => console.error(line)
const inRoot = (path: string) => join(import.meta.dirname, '../..', path)

function start(): void {
  const page = rendererPage(app.isPackaged, process.env.ELECTRON_RENDERER_URL)
  const redisUrl = readRedisUrl(process.argv, process.env)
  const inspector = createInspector({
    host: 'electron',
    version: app.getVersion(),
    redisUrl,
    log,
    settingsFile: join(app.getPath('userData'), SETTINGS_DEFAULTS.fileName),
    secrets: createSecretBox(safeStorage, process.platform),
    privateRedisFolder: join(app.getPath('userData'), 'private-redis'),
  })
  const ipc = createIpcHost(inspector.attach, page.origin)

  const showWindow = () =>
    BrowserWindow.getAllWindows()[0] ??
    openWindow({
      ipc,
      url: page.url,
      preload: inRoot('out/preload/index.cjs'),
      icon: inRoot('resources/icon.png'),
      stateFile: join(app.getPath('userData'), 'window.json'),
      log,
    })

  const chooseTab = createTabMenu({
    attach: inspector.attach,
    ipc,
    window: () => BrowserWindow.getAllWindows()[0],
  })

  registerScheme()
  setupNavigation(app)
  setupSecondInstance(app, { attach: inspector.attach, ipc }, showWindow)
  setupQuit(app, () => inspector.stop(), log)
  ipcMain.handle(INVOKE_CHANNEL, (event, name, arg, tab) => ipc.invoke(event, name, arg, tab))

  // Not awaited: Electron is ready only after this module has run to its end.
  app
    .whenReady()
    .then(async () => {
      // The development server brings the renderer itself.
      if (page.origin === APP_ORIGIN) await setupProtocol(inRoot('out/renderer'))
      setupPermissions(session.defaultSession, page.origin)
      setupMenu(app, (item) => void chooseTab(item))
      showWindow()
      app.on('activate', showWindow)
    })
    .catch(fail)
}

function fail(error: unknown): void {
  log(`The inspector could not start: ${error instanceof Error ? error.stack : error}`)
  app.exit(1)
}

setupUserData(app)
if (isFirstInstance(app, redisOption(process.argv))) start()
else app.quit()
