import type { SavedConnection } from '#shared/connections.ts'
import { Confirm } from '../../components/Confirm.tsx'
import { toFailure } from '../../lib/failure.ts'
import { useApp } from '../../stores/context.ts'

interface RemoveConnectionDialogProps {
  readonly entry: SavedConnection
  readonly onClose: () => void
}

/** Asks before a saved connection goes, and offers to put it back. */
export function RemoveConnectionDialog({ entry, onClose }: RemoveConnectionDialogProps) {
  const { connections, toasts } = useApp()
  const { id, name, label } = entry
  const remove = async () => {
    await connections.remove(id)
    const putBack = async () => {
      try {
        await connections.restore(id)
        connections.edit(id)
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    }
    toasts.offer(`Removed ${name}.`, { label: 'Undo', run: putBack })
  }
  return (
    <Confirm
      title={`Remove ${name}?`}
      description={`${label} is taken off the list, and what is kept of its secrets with it. Nothing is changed in that Redis.`}
      action="Remove"
      blocked={null}
      onClose={onClose}
      onConfirm={remove}
    />
  )
}
