import { Check, Columns3 } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { RESERVED_FIELDS, USER_FIELD } from '#shared/model.ts'
import { IconButton } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { useApp, useBlock, useList, useSettings } from '../../stores/context.ts'
import styles from './ListPane.module.css'

/** As many as one window's cells may be asked for, and as fit on a screen. */
const MOST_COLUMNS = 12
const ALWAYS_SHOWN: readonly string[] = [USER_FIELD, ...RESERVED_FIELDS]

/** Which fields are columns, and how high the rows are. */
export function ColumnMenu() {
  const { list, settings } = useApp()
  const columns = useList((state) => state.columns)
  const seen = useList((state) => state.fields)
  const density = useSettings((state) => state.density)
  const blocked = useBlock('findColumns')
  const choices = [...new Set([...columns, ...seen])].filter((field) => !ALWAYS_SHOWN.includes(field))
  return (
    <DropdownMenu.Root modal={false} onOpenChange={(open) => open && list.loadFields()}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={Columns3} label="Columns" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Label className={menu.label}>Fields as columns</DropdownMenu.Label>
          {choices.length === 0 ? (
            <DropdownMenu.Item className={menu.item} disabled>
              {blocked ?? 'No other fields were seen'}
            </DropdownMenu.Item>
          ) : null}
          {choices.map((field) => {
            const shown = columns.includes(field)
            return (
              <DropdownMenu.CheckboxItem
                key={field}
                className={menu.item}
                checked={shown}
                disabled={!shown && columns.length >= MOST_COLUMNS}
                onSelect={(event) => event.preventDefault()}
                onCheckedChange={(checked) =>
                  list.setColumns(
                    checked ? [...columns, field] : columns.filter((column) => column !== field),
                  )
                }
              >
                <span className={menu.mark}>{shown ? <Check size={14} aria-hidden /> : null}</span>
                <span className={styles.field} title={field}>
                  {field}
                </span>
              </DropdownMenu.CheckboxItem>
            )
          })}
          <DropdownMenu.Separator className={menu.separator} />
          <DropdownMenu.CheckboxItem
            className={menu.item}
            checked={density === 'roomy'}
            onSelect={(event) => event.preventDefault()}
            onCheckedChange={(roomy) => settings.setState({ density: roomy ? 'roomy' : 'compact' })}
          >
            <span className={menu.mark}>{density === 'roomy' ? <Check size={14} aria-hidden /> : null}</span>
            Roomy rows
          </DropdownMenu.CheckboxItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
