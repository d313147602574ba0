import type { App } from 'electron'

/** How long stopping may hold up the end of the app, in milliseconds. */
const PATIENCE = 5000

/**
 * Stops the core before the app ends: a private Redis and the demo server end with it. Ctrl+C and the like are a
 * quit too, and on macOS the app outlives its windows.
 */
export function setupQuit(app: App, stop: () => Promise<void>, log: (line: string) => void): void {
  let state: 'running' | 'stopping' | 'stopped' = 'running'

  const stopFirst = async () => {
    state = 'stopping'
    const patience = new Promise((resolve) => setTimeout(resolve, PATIENCE).unref())
    await Promise.race([stop(), patience]).catch((error: unknown) => log(`Stopping failed: ${error}`))
    state = 'stopped'
    app.quit()
  }
  app.on('will-quit', (event) => {
    if (state === 'stopped') return
    event.preventDefault()
    if (state === 'running') void stopFirst()
  })
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}
