import { ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { useState } from 'react'
import type { SessionDetail } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { useApp, useDecoded } from '../../stores/context.ts'
import type { ShownTime } from '../../stores/detail-edits.ts'
import { useKeyBlock, useSessionBlock } from './session-block.ts'
import styles from './TtlEditor.module.css'
import { TtlForm } from './TtlForm.tsx'

/** The TTL of a session, which each access renews, or of a key of any other kind, which nothing does. */
export function TtlEditor({ detail }: { readonly detail: SessionDetail }) {
  const app = useApp()
  const [open, setOpen] = useState(false)
  const isSession = detail.state === 'session'
  const [session, key] = [useSessionBlock('setTtl'), useKeyBlock('setTtl')]
  const blocked = isSession ? session : key
  const removeBlock = useKeyBlock('removeTtl')
  const library = useDecoded((state) => state.key?.session.ttlNote ?? null)
  const { expiresAt } = detail
  // In a hash that is no session nobody reads session_ttl.
  const configuredTtl = isSession ? detail.configuredTtl : null
  const write = async (ttl: string | null, shown: ShownTime) => {
    await app.detail.setExpiry(ttl, shown)
    app.wrote(
      ttl === null
        ? 'Removed the TTL: Redis keeps it until somebody deletes it.'
        : `The TTL is ${ttl.trim()} s now, counted from this moment.`,
    )
  }
  return (
    <Popover.Root open={open && blocked === null} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button small blocked={blocked}>
          Change TTL
          <ChevronDown size={13} aria-hidden />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.popover}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Change TTL"
          onEscapeKeyDown={(event) => event.stopPropagation()}
        >
          <TtlForm
            shown={{ expiresAt, configuredTtl }}
            initial={configuredTtl === null ? '' : String(configuredTtl)}
            note={
              isSession
                ? 'Each access resets the time left to this. It starts now.'
                : `Redis deletes the key when it is over. It starts now${library === null ? ', and nothing renews it from here.' : `. ${library}`}`
            }
            warning={expiresAt === null ? null : isSession ? SESSION_WARNING : KEY_WARNING}
            removeBlock={removeBlock}
            onWrite={write}
            onDone={() => setOpen(false)}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

const SESSION_WARNING =
  'A session without a TTL is a leak: Redis keeps it until somebody deletes it, and whoever has its cookie stays logged in. The next access through its store gives it a TTL again.'
const KEY_WARNING = 'Without a TTL Redis keeps this key until somebody deletes it.'
