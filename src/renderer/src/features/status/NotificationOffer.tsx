import { useState } from 'react'
import type { NotificationChange } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { useApp, useBlock } from '../../stores/context.ts'
import styles from './LiveMark.module.css'

const WORDS = {
  enable: {
    title: 'Be told of each change at once',
    lead: 'This command would be sent, and nothing else:',
    cost: 'Redis then publishes one message for each change of any key to those who listen; a few percent of CPU on a busy server. It holds until the server restarts; CONFIG REWRITE would keep it.',
    action: 'Switch on notifications',
    done: 'Switched notifications on.',
  },
  restore: {
    title: 'This inspector switched them on',
    lead: 'This command puts the setting back as it was:',
    cost: 'Others who listen to this server’s notifications would no longer get them either. The list is then read each second.',
    action: 'Put it back',
    done: 'Put the server’s setting back.',
  },
} as const

/** The one change of the server's settings that the inspector makes: never before it was shown and asked for here. */
export function NotificationOffer({ offer }: { readonly offer: NotificationChange }) {
  const { connection, toasts } = useApp()
  const blocked = useBlock('notifications')
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  const { title, lead, cost, action, done } = WORDS[offer.kind]
  const change = async () => {
    setBusy(true)
    setFailure(null)
    try {
      await connection.changeNotifications(offer.kind)
      toasts.show('done', done)
    } catch (error) {
      setFailure(toFailure(error))
    }
    setBusy(false)
  }
  return (
    <section className={styles.offer} aria-label={title}>
      <h3>{title}</h3>
      <p>{lead}</p>
      <div className={styles.command}>
        <code>{offer.command}</code>
        <CopyButton label="Copy the command" text={offer.command} />
      </div>
      <p className={styles.aside}>
        {offer.nodes === undefined
          ? ''
          : `It goes to each of the cluster’s ${offer.nodes} nodes that needs it. `}
        {cost} The setting is {offer.current === '' ? 'empty' : <code>{offer.current}</code>} now.
      </p>
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      <Button
        kind={offer.kind === 'enable' ? 'primary' : 'default'}
        busy={busy}
        blocked={blocked}
        onClick={change}
      >
        {action}
      </Button>
    </section>
  )
}
