import { Hand, RefreshCcwDot } from 'lucide-react'
import { useState } from 'react'
import type { SessionDetail } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { toFailure } from '../../lib/failure.ts'
import { useApp } from '../../stores/context.ts'
import styles from './DetailPane.module.css'
import { useSessionBlock } from './session-block.ts'
import { TtlEditor } from './TtlEditor.tsx'
import { sessionInWords } from './who.ts'

/** What one can do with the key's time and, of a session, its id. */
export function TimeActions({ detail }: { readonly detail: SessionDetail }) {
  const app = useApp()
  const touchBlock = useSessionBlock('touch')
  const rotateBlock = useSessionBlock('rotate')
  const [touching, setTouching] = useState(false)
  const touch = async () => {
    setTouching(true)
    try {
      await app.detail.touch()
      app.wrote(`Touched ${sessionInWords(detail)}: its time starts anew.`)
    } catch (error) {
      app.toasts.show('failed', toFailure(error).message)
    } finally {
      setTouching(false)
    }
  }
  if (detail.state !== 'session') {
    return (
      <div className={styles.actions}>
        <TtlEditor detail={detail} />
      </div>
    )
  }
  return (
    <div className={styles.actions}>
      <Button
        small
        icon={Hand}
        busy={touching}
        blocked={touchBlock}
        title="Record an access: the time starts anew (t)"
        onClick={touch}
      >
        Touch
      </Button>
      <TtlEditor detail={detail} />
      <Button
        small
        icon={RefreshCcwDot}
        blocked={rotateBlock}
        title="Give it a new id; the old one ends at once"
        onClick={() => app.openDialog('rotate')}
      >
        Rotate
      </Button>
    </div>
  )
}
