import { type App, Menu, type MenuItemConstructorOptions } from 'electron'
import { openInBrowser } from './open-in-browser.ts'

/** The menu with the habits of each platform. */
export function setupMenu(app: App): void {
  app.setAboutPanelOptions({
    applicationName: app.name,
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence',
  })
  const isMac = process.platform === 'darwin'
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(isMac, !app.isPackaged)))
}

/**
 * Elsewhere than on a Mac, the keys of a role are taken before the page hears of them, and the page has an undo of its own
 * beside that of its inputs, which Chromium does by itself.
 */
const editItems = (isMac: boolean): MenuItemConstructorOptions[] => [
  { role: 'undo', registerAccelerator: isMac },
  { role: 'redo', registerAccelerator: isMac },
  { type: 'separator' },
  { role: 'cut' },
  { role: 'copy' },
  { role: 'paste' },
  ...(isMac ? [{ role: 'pasteAndMatchStyle' } as const] : []),
  { role: 'delete' },
  { role: 'selectAll' },
]

/** @param development adds what would only confuse in a shipped app: reloading and the developer tools. */
export function menuTemplate(isMac: boolean, development: boolean): MenuItemConstructorOptions[] {
  const developerItems: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
  ]
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu' },
    { role: 'editMenu', submenu: editItems(isMac) },
    {
      label: '&View',
      submenu: [
        ...(development ? developerItems : []),
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        {
          label: 'Redis Commands',
          click: () => openInBrowser('https://redis.io/docs/latest/commands/'),
        },
        ...(isMac ? [] : [{ type: 'separator' } as const, { role: 'about' } as const]),
      ],
    },
  ]
}
