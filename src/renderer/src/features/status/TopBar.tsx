import { Command, Monitor, Moon, Sun } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { IconButton } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { MOD } from '../../lib/platform.ts'
import { useApp, useSettings } from '../../stores/context.ts'
import type { Theme } from '../../stores/settings.ts'
import { FilterBox } from '../list/FilterBox.tsx'
import { PrefixBox } from '../list/PrefixBox.tsx'
import { FirstNewTab } from '../tabs/NewTab.tsx'
import { ConnectionMenu } from './ConnectionMenu.tsx'
import { LiveMark } from './LiveMark.tsx'
import { PrivacyMenu } from './PrivacyMenu.tsx'
import styles from './TopBar.module.css'

export function TopBar() {
  const app = useApp()
  return (
    <header className={styles.bar}>
      <h1 className="visually-hidden">Redis Session Inspector</h1>
      <ConnectionMenu />
      <PrefixBox />
      <FilterBox />
      <LiveMark />
      <FirstNewTab />
      <IconButton
        icon={Command}
        label="All commands"
        keys={`${MOD} K`}
        onClick={() => app.openDialog('palette')}
      />
      <PrivacyMenu />
      <ThemeMenu />
    </header>
  )
}

const THEMES: readonly { readonly theme: Theme; readonly label: string; readonly icon: typeof Sun }[] = [
  { theme: 'system', label: 'As the system', icon: Monitor },
  { theme: 'light', label: 'Light', icon: Sun },
  { theme: 'dark', label: 'Dark', icon: Moon },
]

function ThemeMenu() {
  const { settings } = useApp()
  const theme = useSettings((state) => state.theme)
  const icon = THEMES.find((choice) => choice.theme === theme)?.icon ?? Monitor
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <IconButton icon={icon} label="Theme" />
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.RadioGroup
            value={theme}
            onValueChange={(value) => settings.setState({ theme: value as Theme })}
          >
            {THEMES.map((choice) => (
              <DropdownMenu.RadioItem key={choice.theme} value={choice.theme} className={menu.item}>
                <choice.icon size={14} aria-hidden />
                {choice.label}
                <DropdownMenu.ItemIndicator className={menu.end}>✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
