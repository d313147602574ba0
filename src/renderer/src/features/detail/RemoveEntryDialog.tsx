import { useState } from 'react'
import { nodeAtPath, pathInWords, type TreeNode, type TreePath } from '#shared/formats.ts'
import { Confirm } from '../../components/Confirm.tsx'
import { toFailure } from '../../lib/failure.ts'
import { plural } from '../../lib/format.ts'
import { useApp, useBlock, useDecoded } from '../../stores/context.ts'

interface RemoveEntryDialogProps {
  readonly path: TreePath
  readonly blocked: string | null
  readonly onClose: () => void
}

/** Asks before an entry of a decoded session goes, with all that is in it; once more where that has changed since. */
export function RemoveEntryDialog({ path, blocked, onClose }: RemoveEntryDialogProps) {
  const app = useApp()
  const key = useDecoded((state) => state.key)
  const undoBlock = useBlock('undo')
  // As it was shown when somebody asked: an entry before it may go meanwhile.
  const [entry] = useState(() => (key === null ? null : app.decoded.entryAt(path)))
  const [changed, setChanged] = useState(false)
  const [words] = useState(() => pathInWords(key?.session.root ?? null, path))
  const [lost] = useState(() => lostInWords(nodeAtPath(key?.session.root ?? null, path)))
  if (entry === null) return null
  return (
    <Confirm
      title={`Remove ${words}?`}
      description={`${lost} All else stays as it is, the time left too. ${
        undoBlock === null ? 'It can be undone.' : `It cannot be undone. ${undoBlock}`
      }`}
      action={changed ? 'Remove it anyway' : 'Remove'}
      blocked={blocked}
      onClose={onClose}
      onConfirm={async () => {
        try {
          await app.decoded.remove(entry, changed)
        } catch (error) {
          if (toFailure(error).code === 'conflict') setChanged(true)
          throw error
        }
        app.wrote(`Removed ${words}.`)
      }}
    />
  )
}

function lostInWords(node: TreeNode | null): string {
  const count =
    node?.type === 'list'
      ? node.items.length
      : node !== null && 'entries' in node
        ? node.entries.length
        : null
  if (count === null) return 'Its value is lost.'
  return count === 0
    ? 'It is empty.'
    : `It goes with ${count === 1 ? 'the value' : `the ${plural(count, 'value')}`} in it.`
}
