import { Confirm } from '../../components/Confirm.tsx'
import { useApp, useDetail } from '../../stores/context.ts'
import { useSessionBlock } from './session-block.ts'
import { sessionInWords } from './who.ts'

export function RotateDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const detail = useDetail((state) => state.detail)
  const blocked = useSessionBlock('rotate')
  return (
    <Confirm
      title={`Rotate ${sessionInWords(detail)}?`}
      description="The session gets a new id with the same fields and the rest of its time; the old id ends in the same step. A browser that holds the old cookie is logged out."
      action="Rotate id"
      danger={false}
      blocked={blocked}
      onClose={onClose}
      onConfirm={async () => {
        await app.rotate()
        app.wrote('The session has a new id; the old one has ended.')
      }}
    />
  )
}
