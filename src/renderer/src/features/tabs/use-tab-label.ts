import type { TabStatus } from '#shared/tabs.ts'
import { tabLabel } from '../../lib/tab-words.ts'
import { savedOf } from '../../stores/connections.ts'
import { useConnections } from '../../stores/context.ts'

/** What a tab is called: the name that its connection was saved by, else where it is connected to. */
export function useTabLabel(): (tab: Pick<TabStatus, 'target'>) => string {
  const list = useConnections((state) => state.list)
  return (tab) => savedOf({ list }, tab.target)?.name ?? tabLabel(tab)
}
