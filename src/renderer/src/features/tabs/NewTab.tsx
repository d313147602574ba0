import { Plus } from 'lucide-react'
import { IconButton } from '../../components/Button.tsx'
import { isDesktop, MOD } from '../../lib/platform.ts'
import { useApp, useTabs } from '../../stores/context.ts'

/** Opens another connection beside those that there are. */
export function NewTab() {
  const { tabs } = useApp()
  return (
    <IconButton
      icon={Plus}
      label="Open another connection"
      {...(isDesktop ? { keys: `${MOD} T` } : {})}
      onClick={() => tabs.open()}
    />
  )
}

/** The same while there is but one tab, and therefore no bar of tabs. */
export function FirstNewTab() {
  const only = useTabs((state) => state.tabs.length === 1)
  return only ? <NewTab /> : null
}
