import { MoreHorizontal, Pencil, Trash2 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useRef, useState } from 'react'
import type { SessionDetail, SessionField } from '#shared/model.ts'
import { IconButton } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { MenuItem } from '../../components/MenuItem.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { useApp } from '../../stores/context.ts'
import { useFieldBlock } from './session-block.ts'

/** What one does with a field beside editing its value. */
export type FieldTask = 'rename' | 'ttl' | 'remove'

interface FieldActionsProps {
  readonly detail: SessionDetail
  readonly field: SessionField
  readonly binary: boolean
  readonly onTask: (task: FieldTask) => void
}

export function FieldActions({ detail, field, binary, onTask }: FieldActionsProps) {
  const app = useApp()
  const editBlock = useFieldBlock('editFields')
  const removeBlock = useFieldBlock('removeFields')
  const name = toLine(field.name)
  return (
    <>
      <IconButton
        icon={Pencil}
        label={`Edit ${name}`}
        blocked={
          editBlock ??
          (binary ? 'Binary values are shown, not edited as text: that would change their bytes.' : null)
        }
        onClick={() => app.detail.edit(field)}
      />
      <IconButton
        icon={Trash2}
        label={`Remove ${name}`}
        tone="danger"
        blocked={removeBlock}
        onClick={() => onTask('remove')}
      />
      <MoreMenu
        name={name}
        ttl={
          !detail.hasFieldTtls ? null : field.expiresAt === null ? 'Set a TTL of its own…' : 'Change its TTL…'
        }
        onTask={onTask}
      />
    </>
  )
}

interface MoreMenuProps {
  readonly name: string
  /** What is offered for its TTL; null where fields have none on this server. */
  readonly ttl: string | null
  readonly onTask: (task: FieldTask) => void
}

function MoreMenu({ name, ttl, onTask }: MoreMenuProps) {
  const renameBlock = useFieldBlock('renameFields')
  const ttlBlock = useFieldBlock('setFieldTtls')
  // Where nothing in it can be done, it says so itself.
  const blocked = renameBlock !== null && (ttl === null || ttlBlock !== null) ? renameBlock : null
  const [open, setOpen] = useState(false)
  const chosen = useRef(false)
  const choose = (task: FieldTask) => () => {
    chosen.current = true
    onTask(task)
  }
  return (
    <DropdownMenu.Root modal={false} open={open && blocked === null} onOpenChange={setOpen}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={MoreHorizontal} label={`More for ${name}`} blocked={blocked} />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content
          className={menu.menu}
          align="end"
          sideOffset={4}
          collisionPadding={8}
          onCloseAutoFocus={(event) => {
            // The form that was chosen has the focus.
            if (chosen.current) event.preventDefault()
            chosen.current = false
          }}
        >
          <MenuItem blocked={renameBlock} onSelect={choose('rename')}>
            Rename…
          </MenuItem>
          {ttl === null ? null : (
            <MenuItem blocked={ttlBlock} onSelect={choose('ttl')}>
              {ttl}
            </MenuItem>
          )}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
