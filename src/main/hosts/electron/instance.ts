import { type App, type BrowserWindow, dialog } from 'electron'
import { z } from 'zod'
import type { Attach } from '#shared/transport.ts'

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

/** Brings our window forward when the app is started again, and connects it to the Redis that was asked for then. */
export function setupSecondInstance(app: App, attach: Attach, showWindow: () => BrowserWindow): void {
  app.on('second-instance', async (_event, _args, _directory, handover) => {
    await app.whenReady()
    const window = showWindow()
    if (window.isMinimized()) window.restore()
    window.show()
    window.focus()
    const { data } = handoverSchema.safeParse(handover)
    if (!data?.redisUrl) return
    const problem = await connectTo(attach, data.redisUrl)
    if (problem !== null) dialog.showErrorBox('Not connected', problem)
  })
}

/** @returns what went wrong, or null. The screen learns of the connection as of any other. */
export async function connectTo(attach: Attach, url: string): Promise<string | null> {
  const endpoint = attach(() => {})
  const reply = await endpoint.dispatch('connection.connect', { url })
  endpoint.close()
  return reply.ok ? null : reply.message
}
