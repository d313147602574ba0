import { Command as Cmdk } from 'cmdk'
import { Dialog as Radix } from 'radix-ui'
import dialog from '../../components/Dialog.module.css'
import { Kbd } from '../../components/Kbd.tsx'
import { useFocusReturn } from '../../components/use-focus-return.ts'
import { useApp } from '../../stores/context.ts'
import { COMMANDS } from './commands.ts'
import { connectCommands } from './connect-commands.ts'
import styles from './Palette.module.css'

const GROUPS = ['Session', 'List', 'Go to', 'Connect to', 'App'] as const

/** Every command by its name; what cannot be done now says why. */
export function Palette({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const commands = [...COMMANDS, ...connectCommands(app)]
  const giveFocusBack = useFocusReturn()
  return (
    <Radix.Root open onOpenChange={(open) => !open && onClose()}>
      <Radix.Portal>
        <div className={dialog.backdrop} aria-hidden />
        <Radix.Content
          className={styles.palette}
          aria-modal
          aria-describedby={undefined}
          onCloseAutoFocus={giveFocusBack}
        >
          <Radix.Title className="visually-hidden">All commands</Radix.Title>
          <Cmdk label="Commands" loop>
            <Cmdk.Input className={styles.input} placeholder="What do you want to do?" autoFocus />
            <Cmdk.List className={styles.list}>
              <Cmdk.Empty className={styles.empty}>No command has this name.</Cmdk.Empty>
              {GROUPS.map((group) => (
                <Cmdk.Group key={group} heading={group} className={styles.group}>
                  {commands
                    .filter((command) => command.group === group && command.id !== 'palette')
                    .map((command) => {
                      const blocked = command.blocked(app)
                      return (
                        <Cmdk.Item
                          key={command.id}
                          className={styles.item}
                          disabled={blocked !== null}
                          onSelect={() => {
                            onClose()
                            // After the dialog has given the focus back, so that the command can take it.
                            requestAnimationFrame(() => void command.run(app))
                          }}
                        >
                          <span className={styles.label}>{command.label}</span>
                          {blocked === null ? null : <span className={styles.blocked}>{blocked}</span>}
                          {command.keys === undefined ? null : <Kbd keys={command.keys} />}
                        </Cmdk.Item>
                      )
                    })}
                </Cmdk.Group>
              ))}
            </Cmdk.List>
          </Cmdk>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}
