import { type App, type BrowserWindow, dialog } from 'electron'
import { z } from 'zod'
import type { TabStatus } from '#shared/tabs.ts'
import type { Attach, Endpoint } from '#shared/transport.ts'
import type { IpcHost } from './ipc.ts'

/** What a second start hands to the first: the URL of its `--redis`. */
const handoverSchema = z.object({ redisUrl: z.string().max(4096).nullable() })

/** `--user-data-dir` keeps an instance apart from the others: its settings and its lock are its own. */
export function setupUserData(app: App): void {
  const directory = app.commandLine.getSwitchValue('user-data-dir')
  if (directory !== '') app.setPath('userData', directory)
}

/** @returns whether this is the only instance; another one has been told, and this one must end. */
export const isFirstInstance = (app: App, redisUrl: string | null): boolean =>
  app.requestSingleInstanceLock({ redisUrl } satisfies z.infer<typeof handoverSchema>)

/** Brings our window forward when the app is started again, and connects a tab to the Redis that was asked for then. */
export function setupSecondInstance(
  app: App,
  { attach, ipc }: { readonly attach: Attach; readonly ipc: IpcHost },
  showWindow: () => BrowserWindow,
): void {
  app.on('second-instance', async (_event, _args, _directory, handover) => {
    await app.whenReady()
    const window = showWindow()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    const { data } = handoverSchema.safeParse(handover)
    if (!data?.redisUrl) return
    const { tab, problem } = await connectTo(attach, data.redisUrl)
    if (problem !== null) dialog.showErrorBox('Not connected', problem)
    else ipc.choose(window.webContents, { item: 'showTab', number: tab })
  })
}

/**
 * Connects a tab that is connected to nothing, or a new one: what is open stays as it is.
 * @returns which tab, and what went wrong or null. The screen learns of the connection as of any other.
 */
export async function connectTo(
  attach: Attach,
  url: string,
): Promise<{ readonly tab: number; readonly problem: string | null }> {
  const endpoint = attach(() => {})
  const found = await findTab(endpoint)
  if (found === null) {
    endpoint.close()
    return { tab: 0, problem: 'No further tab can be opened. Close one, then start the app again.' }
  }
  const { number, isNew } = found
  const reply = await endpoint.dispatch('connection.connect', { url }, number)
  if (!reply.ok && isNew) await endpoint.dispatch('tabs.close', { number })
  endpoint.close()
  return { tab: number, problem: reply.ok ? null : reply.message }
}

/** @returns null where there are as many as there can be */
async function findTab(
  endpoint: Endpoint,
): Promise<{ readonly number: number; readonly isNew: boolean } | null> {
  const list = await endpoint.dispatch('tabs.list', {})
  const tabs = list.ok ? (list.value as readonly TabStatus[]) : []
  const free = tabs.find(({ state }) => state === 'disconnected')
  if (free !== undefined) return { number: free.number, isNew: false }
  const opened = await endpoint.dispatch('tabs.open', {})
  return opened.ok ? { number: (opened.value as TabStatus).number, isNew: true } : null
}
