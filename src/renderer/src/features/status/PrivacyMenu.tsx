import { Eye, EyeOff, ScreenShare } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import type { PrivacyMode } from '#shared/mask.ts'
import { IconButton } from '../../components/Button.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import menu from '../../components/Menu.module.css'
import { Tip } from '../../components/Tip.tsx'
import { useApp, usePrivacy } from '../../stores/context.ts'
import styles from './PrivacyMenu.module.css'

const MODES = [
  {
    mode: 'masked',
    label: 'Masked',
    note: 'Ids and secrets are dots until you ask for one',
    icon: EyeOff,
  },
  { mode: 'shown', label: 'Shown', note: 'Everything as it is in Redis', icon: Eye },
  {
    mode: 'streaming',
    label: 'Streaming',
    note: 'Never shown, for a screen that others watch',
    icon: ScreenShare,
  },
] as const

/** How ids and secrets are shown. While streaming it is a mark that one sees from afar. */
export function PrivacyMenu() {
  const app = useApp()
  const { mode } = usePrivacy()
  const now = MODES.find((each) => each.mode === mode) ?? MODES[0]
  const label = `Ids and secrets: ${now.label.toLowerCase()}`
  const choose = (next: PrivacyMode) => {
    // After the menu has given the focus back.
    if (mode === 'streaming' && next !== 'streaming')
      requestAnimationFrame(() => app.openDialog('stopStreaming'))
    else app.privacy.setMode(next)
  }
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        {mode === 'streaming' ? (
          <StreamingMark label={label} />
        ) : (
          <IconButton icon={now.icon} label={label} keys="Shift V" aria-pressed={mode === 'shown'} />
        )}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <DropdownMenu.Label className={menu.label}>Ids and secrets</DropdownMenu.Label>
          <DropdownMenu.RadioGroup value={mode}>
            {MODES.map((each) => (
              <DropdownMenu.RadioItem
                key={each.mode}
                value={each.mode}
                className={menu.item}
                onSelect={() => choose(each.mode)}
              >
                <each.icon size={14} aria-hidden />
                <span className={menu.words}>
                  {each.label}
                  <span className={menu.why}>{each.note}</span>
                </span>
                <DropdownMenu.ItemIndicator className={menu.end}>✓</DropdownMenu.ItemIndicator>
              </DropdownMenu.RadioItem>
            ))}
          </DropdownMenu.RadioGroup>
          <DropdownMenu.Separator className={menu.separator} />
          <p className={styles.keys}>
            <Kbd keys="v" /> shows the id of the open session
          </p>
          <p className={styles.keys}>
            <Kbd keys="Shift V" /> shows everything, or masks it
          </p>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

function StreamingMark({ label, ...trigger }: { readonly label: string } & React.ComponentProps<'button'>) {
  return (
    <Tip label="Streaming: session ids and secrets are not on this screen">
      <button type="button" {...trigger} className={styles.streaming} aria-label={label}>
        <ScreenShare size={13} aria-hidden />
        <span className={styles.word}>Streaming</span>
      </button>
    </Tip>
  )
}
