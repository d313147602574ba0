// What brings an inspector on which anything may have been called back to where a run begins.
import type { TabStatus } from '#shared/tabs.ts'
import type { Endpoint } from '#shared/transport.ts'

export interface Keeper {
  /** One that is open. */
  readonly tab: number
  /** Connected to the Redis of the run. @throws Error */
  prepare(): Promise<void>
  /** One tab, connected to nothing; no demo server, and the private Redis running, as from the start on. */
  settle(): Promise<void>
}

/** @param endpoint whose calls it makes @param port of the run's Redis */
export async function keepInspector(endpoint: () => Endpoint, port: number): Promise<Keeper> {
  let tab = 0
  const dispatch = (name: string, arg: unknown = {}) => endpoint().dispatch(name, arg, tab)
  const openTabs = async (): Promise<readonly TabStatus[]> => {
    const reply = await dispatch('tabs.list')
    const tabs = (reply.ok ? reply.value : []) as readonly TabStatus[]
    tab = tabs[0]?.number ?? tab
    return tabs
  }
  const settle = async () => {
    const tabs = await openTabs()
    for (const { number } of tabs) if (number !== tab) await dispatch('tabs.close', { number })
    await dispatch('demo.stop')
    await dispatch('privateRedis.start', { keep: false })
    await dispatch('connection.disconnect')
  }
  await settle()
  return {
    get tab() {
      return tab
    },
    async prepare() {
      const [first] = await openTabs()
      const { state, target = null, readOnly } = first ?? {}
      if (state === 'connected' && target?.port === port && target.db === 0 && !readOnly) return
      const reply = await dispatch('connection.connect', { port })
      if (!reply.ok) throw new Error(`connecting failed: ${reply.message}`)
    },
    settle,
  }
}
