import { Confirm } from '../../components/Confirm.tsx'
import { useApp } from '../../stores/context.ts'

/** Nobody leaves it by a slip of a key while others watch. */
export function StopStreamingDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  return (
    <Confirm
      title="Stop streaming?"
      description="Ids and secrets are masked from then on, and can be shown one by one or all at once. Make sure that nobody watches the screen who is not to see them."
      action="Stop streaming"
      danger={false}
      blocked={null}
      onClose={onClose}
      onConfirm={async () => app.privacy.setMode('masked')}
    />
  )
}
