import { useEffect } from 'react'
import { Button } from '../../components/Button.tsx'
import { useApp, useCommands } from '../../stores/context.ts'
import { CommandDetails } from './CommandDetails.tsx'
import { CommandFilter } from './CommandFilter.tsx'
import { CommandList } from './CommandList.tsx'
import styles from './CommandsPanel.module.css'

/** What the inspector has sent to Redis on this connection: filtered, listed, and one of it as a whole. */
export function CommandsPanel() {
  const { commands } = useApp()
  const opened = useCommands((state) => state.opened)
  useEffect(() => {
    commands.open()
    return () => commands.close()
  }, [commands])
  return (
    <div className={styles.panel}>
      <div className={styles.main}>
        <CommandFilter />
        <Content />
      </div>
      {opened ? <CommandDetails /> : null}
    </div>
  )
}

function Content() {
  const { commands } = useApp()
  const failure = useCommands((state) => state.failure)
  const none = useCommands(({ page }) => page !== null && page.matched === 0 && page.newer === 0)
  const hidden = useCommands(({ page }) =>
    page === null ? 0 : page.totals.commands + page.totals.background,
  )
  if (failure !== null) return <p className={styles.quiet}>{failure.message}</p>
  if (!none) return <CommandList />
  if (hidden === 0) {
    return (
      <p className={styles.quiet}>
        Nothing was sent since the log was cleared. Open or change a session; its commands appear here.
      </p>
    )
  }
  return (
    <p className={styles.quiet}>
      No command that is kept matches.{' '}
      <Button small onClick={() => commands.showAll()}>
        Show all commands
      </Button>
    </p>
  )
}
