import { Radio, RefreshCw, Unplug } from 'lucide-react'
import { Popover } from 'radix-ui'
import { Tip } from '../../components/Tip.tsx'
import { useConnection } from '../../stores/context.ts'
import styles from './LiveMark.module.css'
import { liveWords } from './live-words.ts'
import { NotificationOffer } from './NotificationOffer.tsx'

const ICONS = { live: Radio, polling: RefreshCw, stale: Unplug } as const

/** How fresh the list is; opens on why, and on what can be done about it. */
export function LiveMark() {
  const status = useConnection((state) => state.status)
  const hostLostSince = useConnection((state) => state.hostLostSince)
  const { tone, word, title, explanation, advice } = liveWords({ status, hostLostSince })
  const offer = status?.state === 'connected' && hostLostSince === null ? status.notifications : null
  const Icon = ICONS[tone]
  return (
    <Popover.Root>
      <Tip label={title}>
        <Popover.Trigger className={styles.live} data-tone={tone} aria-label={`Updates: ${word}`}>
          <Icon size={13} aria-hidden />
          {word}
        </Popover.Trigger>
      </Tip>
      <Popover.Portal>
        <Popover.Content
          className={styles.popover}
          align="end"
          sideOffset={6}
          collisionPadding={8}
          aria-label="Updates"
          onOpenAutoFocus={(event) => {
            // What it says comes before what it offers; a focused button would also open its tooltip over it.
            event.preventDefault()
            if (event.currentTarget instanceof HTMLElement) event.currentTarget.focus()
          }}
        >
          <h2>{title}</h2>
          <p>{explanation}</p>
          {offer === null ? (
            advice && <p className={styles.aside}>{advice}</p>
          ) : (
            <NotificationOffer offer={offer} key={offer.kind} />
          )}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
