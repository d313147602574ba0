import { KeyRound, RefreshCw } from 'lucide-react'
import { useState } from 'react'
import { aclLine, missingCommands } from '#shared/abilities.ts'
import type { ConnectionStatus } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { MenuItem } from '../../components/MenuItem.tsx'
import { toFailure } from '../../lib/failure.ts'
import { isLoud, lossesOf, onlyReads, someOf } from '../../lib/permission-words.ts'
import { useApp } from '../../stores/context.ts'
import banner from './Banners.module.css'
import styles from './Permissions.module.css'

type Connected = Extract<ConnectionStatus, { state: 'connected' }>

/** Names what this user may not do, where that is more than a trifle. */
export function PermissionBanner({ status: { missing, target } }: { readonly status: Connected }) {
  const commands = missingCommands(missing)
  const [dismissed, setDismissed] = useState<string | null>(null)
  const lookAgain = useLookAgain()
  const named = commands.join()
  // What is missing in addition is said all the same.
  if (dismissed === named || !isLoud(missing)) return null
  const losses = lossesOf(missing)
  return (
    <section className={banner.banner} data-tone="amber" aria-label="Missing permissions">
      <KeyRound size={15} aria-hidden className={banner.icon} />
      <p className={banner.text} role="status">
        {onlyReads(missing) ? (
          <>
            <strong>This Redis user only reads.</strong> What would change something is greyed out; the menu
            of the connection names each command that is missing.
          </>
        ) : (
          <>
            <strong>This Redis user may not run {someOf(commands, 3)}</strong>, so it cannot{' '}
            {someOf(
              losses.map(({ words }) => words),
              3,
            )}
            . An administrator can allow it: <code>{aclLine(target.username, commands)}</code>
          </>
        )}
      </p>
      <CopyButton label="Copy the ACL line" text={aclLine(target.username, commands)} />
      <Button small onClick={lookAgain}>
        Look again
      </Button>
      <Button small kind="quiet" onClick={() => setDismissed(named)}>
        Dismiss
      </Button>
    </section>
  )
}

/** The same in full, within the menu of the connection. */
export function PermissionList({ status: { missing, target } }: { readonly status: Connected }) {
  const { toasts } = useApp()
  const lookAgain = useLookAgain()
  if (missing.length === 0) return null
  const line = aclLine(target.username, missingCommands(missing))
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line)
      toasts.show('done', 'Copied the ACL line.')
    } catch {
      toasts.show('failed', 'The clipboard cannot be written. Select the line and copy it.')
    }
  }
  return (
    <>
      <section className={styles.missing} aria-label="Missing permissions">
        <h3>What this Redis user may not do</h3>
        <dl>
          {lossesOf(missing).map(({ ability, words, lacks }) => (
            <div key={ability}>
              <dt>{words}</dt>
              <dd>{lacks.join(', ')}</dd>
            </div>
          ))}
        </dl>
        <code>{line}</code>
      </section>
      <MenuItem icon={KeyRound} onSelect={() => void copy()}>
        Copy the line that allows it
      </MenuItem>
      <MenuItem icon={RefreshCw} onSelect={() => void lookAgain()}>
        Look again at what it may do
      </MenuItem>
    </>
  )
}

/** Asks the server once more what this user may, and says so where it cannot be asked. */
export function useLookAgain(): () => Promise<void> {
  const { connection, toasts } = useApp()
  return async () => {
    try {
      await connection.lookAtPermissions()
    } catch (error) {
      toasts.show('failed', toFailure(error).message)
    }
  }
}
