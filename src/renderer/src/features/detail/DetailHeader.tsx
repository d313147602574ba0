import { Hand, RefreshCcwDot, Trash2, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { isBinary, toLine } from '../../lib/bytes-view.ts'
import { toFailure } from '../../lib/failure.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import { MiddleEllipsis } from '../list/MiddleEllipsis.tsx'
import styles from './DetailPane.module.css'
import { useSessionBlock } from './use-session-block.ts'
import { sessionInWords, userOf } from './who.ts'

/** Who and which, and what one can do with the session as a whole. */
export function DetailHeader() {
  const app = useApp()
  const detail = useDetail((state) => state.detail)
  const id = useDetail((state) => state.selected)
  const ending = useDetail((state) => state.ending)
  const blocked = useSessionBlock()
  const notASession =
    detail !== null && detail.state !== 'session'
      ? 'This key is not a session, so it is never touched.'
      : null
  const [touching, setTouching] = useState(false)
  const touch = async () => {
    setTouching(true)
    try {
      await app.detail.touch()
      app.toasts.show('done', `Touched ${sessionInWords(detail)}: its time starts anew.`)
    } catch (error) {
      app.toasts.show('failed', toFailure(error).message)
    } finally {
      setTouching(false)
    }
  }
  if (id === null) return null
  const user = userOf(detail)
  return (
    <header className={styles.header} data-ended={ending === null ? undefined : true}>
      <div className={styles.who}>
        <h2 className={styles.user} title={user ?? undefined}>
          {detail === null
            ? '…'
            : (user ?? (detail.state === 'foreign' ? `A ${detail.type}, no session` : 'Anonymous'))}
        </h2>
        <Button
          small
          icon={Hand}
          busy={touching}
          blocked={blocked ?? notASession}
          title="Record an access: resets the time to the configured TTL (t)"
          onClick={touch}
        >
          Touch
        </Button>
        <Button
          small
          icon={RefreshCcwDot}
          blocked={blocked ?? notASession}
          title="Give it a new id; the old one ends at once"
          onClick={() => app.openDialog('rotate')}
        >
          Rotate
        </Button>
        <IconButton
          icon={Trash2}
          label="Delete session"
          keys="Del"
          tone="danger"
          blocked={blocked}
          onClick={() => app.openDialog('delete')}
        />
        <IconButton icon={X} label="Close detail" keys="Esc" onClick={() => app.select(null)} />
      </div>
      <div className={styles.identity}>
        <code className={styles.id}>
          <MiddleEllipsis text={toLine(id)} />
        </code>
        <CopyButton label="Copy session id" text={toLine(id)}>
          Copy
        </CopyButton>
        {isBinary(id) || detail?.state === 'foreign' ? null : (
          <CopyButton label="Copy cookie" text={`sid=${id}`}>
            Copy cookie
          </CopyButton>
        )}
      </div>
    </header>
  )
}
