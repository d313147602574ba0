import { GitCompareArrows } from 'lucide-react'
import { IconButton } from '../../components/Button.tsx'
import { useApp, useConnection, useTabs } from '../../stores/context.ts'
import { whyNotComparable } from '../tabs/tab-commands.ts'

/** There as soon as there is another connection. */
export function CompareButton() {
  const app = useApp()
  const several = useTabs((state) => state.tabs.length > 1)
  useConnection((state) => state.status)
  // It depends on the others too, whose states are among those that make this render.
  useTabs((state) => state.tabs)
  if (!several) return null
  return (
    <IconButton
      icon={GitCompareArrows}
      label="Compare with another connection"
      keys="Shift C"
      blocked={whyNotComparable(app)}
      onClick={() => app.openDialog('compare')}
    />
  )
}
