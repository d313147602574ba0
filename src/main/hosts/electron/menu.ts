import { type App, Menu, type MenuItemConstructorOptions } from 'electron'
import { openInBrowser } from './open-in-browser.ts'
import type { TabItem } from './tab-menu.ts'

/** The menu with the habits of each platform. @param choose does what an item about tabs is for */
export function setupMenu(app: App, choose: (item: TabItem) => void): void {
  app.setAboutPanelOptions({
    applicationName: app.name,
    applicationVersion: app.getVersion(),
    copyright: 'MIT licence',
  })
  const isMac = process.platform === 'darwin'
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(isMac, !app.isPackaged, choose)))
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

const fileItems = (isMac: boolean, choose: (item: TabItem) => void): MenuItemConstructorOptions[] => [
  { label: 'New Tab', accelerator: 'CmdOrCtrl+T', click: () => choose('openTab') },
  { label: 'Close Tab', accelerator: 'CmdOrCtrl+W', click: () => choose('closeTab') },
  { role: 'close', label: 'Close Window', accelerator: 'CmdOrCtrl+Shift+W' },
  ...(isMac ? [] : [{ type: 'separator' } as const, { role: 'quit' } as const]),
]

/** Without an item that closes the window: its usual keys close a tab. */
const windowItems = (isMac: boolean, choose: (item: TabItem) => void): MenuItemConstructorOptions[] => [
  { role: 'minimize' },
  { role: 'zoom' },
  { type: 'separator' },
  { label: 'Next Tab', accelerator: 'Ctrl+Tab', click: () => choose('nextTab') },
  { label: 'Previous Tab', accelerator: 'Ctrl+Shift+Tab', click: () => choose('previousTab') },
  ...(isMac ? [{ type: 'separator' } as const, { role: 'front' } as const] : []),
]

/** @param development adds what would only confuse in a shipped app: reloading and the developer tools. */
export function menuTemplate(
  isMac: boolean,
  development: boolean,
  choose: (item: TabItem) => void,
): MenuItemConstructorOptions[] {
  const developerItems: MenuItemConstructorOptions[] = [
    { role: 'reload' },
    { role: 'toggleDevTools' },
    { type: 'separator' },
  ]
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    { role: 'fileMenu', submenu: fileItems(isMac, choose) },
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
    { role: 'windowMenu', submenu: windowItems(isMac, choose) },
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
