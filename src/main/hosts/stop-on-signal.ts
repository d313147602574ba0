/** How long stopping may take before the process ends anyway, in milliseconds. */
const PATIENCE = 5000

/** Ends the process in order at Ctrl+C and the like: `stop` first, then exit. A second Ctrl+C does not wait. */
export function stopOnSignal(stop: () => Promise<void>): void {
  let stopping = false
  const end = async (signal: NodeJS.Signals) => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => process.exit(1), PATIENCE).unref()
    try {
      await stop()
      process.exit(0)
    } catch (error) {
      console.error(`Stopping at ${signal} failed:`, error)
      process.exit(1)
    }
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
}
