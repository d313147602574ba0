import { Cookie, Download, Ellipsis, Upload } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { IconButton } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { MenuItem } from '../../components/MenuItem.tsx'
import { useApp, useBlock, useList } from '../../stores/context.ts'
import { listTarget, whyNothingToExport } from '../transfer/export-target.ts'

/** What is done with the list as a whole, and seldom. */
export function MoreMenu() {
  const app = useApp()
  const exportBlock = useBlock('export')
  const importBlock = useBlock('checkImport')
  const nothing = useList(whyNothingToExport)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Ellipsis} label="More" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <MenuItem icon={Cookie} onSelect={() => app.openDialog('cookie')}>
            Find a session by its cookie…
          </MenuItem>
          <MenuItem
            icon={Download}
            blocked={exportBlock ?? nothing}
            onSelect={() => app.openExport(listTarget(app.list.store.getState()))}
          >
            Export sessions…
          </MenuItem>
          <MenuItem icon={Upload} blocked={importBlock} onSelect={() => app.openDialog('import')}>
            Import sessions…
          </MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
