import type { BrowserWindow } from 'electron'
import type { MenuChoice, TabStatus } from '#shared/tabs.ts'
import type { Attach } from '#shared/transport.ts'
import type { IpcHost } from './ipc.ts'

export type TabItem = Exclude<MenuChoice['item'], 'showTab'>

interface TabMenu {
  readonly attach: Attach
  readonly ipc: IpcHost
  readonly window: () => BrowserWindow | undefined
}

/** What the items of the menu do that are about tabs: the window decides, but closing its last one closes the window. */
export function createTabMenu({ attach, ipc, window }: TabMenu): (item: TabItem) => Promise<void> {
  return async (item) => {
    const last = item === 'closeTab' && (await openTabs(attach)).length <= 1
    const front = window()
    if (front === undefined) return
    if (last) front.close()
    else ipc.choose(front.webContents, { item })
  }
}

async function openTabs(attach: Attach): Promise<readonly TabStatus[]> {
  const endpoint = attach(() => {})
  const reply = await endpoint.dispatch('tabs.list', {})
  endpoint.close()
  return reply.ok ? (reply.value as readonly TabStatus[]) : []
}
