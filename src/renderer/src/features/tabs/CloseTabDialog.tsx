import { Confirm } from '../../components/Confirm.tsx'
import { useApp, useTabs } from '../../stores/context.ts'
import { useTabLabel } from './use-tab-label.ts'

/** Says what goes with a tab before it is closed. */
export function CloseTabDialog() {
  const { tabs } = useApp()
  const labelOf = useTabLabel()
  const closing = useTabs((state) => state.closing)
  if (closing === null) return null
  return (
    <Confirm
      title={`Close the tab of ${labelOf(closing.tab)}?`}
      description={`${closing.reasons.join(' ')} The sessions in Redis stay as they are.`}
      action="Close tab"
      blocked={null}
      onClose={tabs.keep}
      onConfirm={tabs.confirmClose}
    />
  )
}
