import { Download, Ellipsis, Upload } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { IconButton } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { useApp, useList, useReadBlock } from '../../stores/context.ts'
import { listTarget, whyNothingToExport } from '../transfer/export-target.ts'

/** What is done with the list as a whole, and seldom. */
export function MoreMenu() {
  const app = useApp()
  const blocked = useReadBlock()
  const nothing = useList(whyNothingToExport)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Ellipsis} label="More" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Item
            className={menu.item}
            disabled={(blocked ?? nothing) !== null}
            onSelect={() => app.openExport(listTarget(app.list.store.getState()))}
          >
            <Download size={14} aria-hidden /> Export sessions…
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className={menu.item}
            disabled={blocked !== null}
            onSelect={() => app.openDialog('import')}
          >
            <Upload size={14} aria-hidden /> Import sessions…
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
