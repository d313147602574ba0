import { Download, Pin, Trash2, UserRoundX, X } from 'lucide-react'
import { IconButton } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { SessionId } from '../../components/SessionId.tsx'
import { isBinary, toLine } from '../../lib/bytes-view.ts'
import { valueInWords } from '../../lib/privacy-words.ts'
import {
  useApp,
  useBlock,
  useDecoded,
  useDetail,
  usePins,
  usePrivacy,
  useSessionTimeline,
} from '../../stores/context.ts'
import { isLibrarySession } from '../../stores/decoded.ts'
import { isPinned } from '../../stores/pins.ts'
import { OPEN_ID } from '../../stores/reveals.ts'
import { CompareButton } from '../compare/CompareButton.tsx'
import { openSessionExport, whyNotExportable } from '../transfer/export-target.ts'
import styles from './DetailPane.module.css'
import { useKeyBlock } from './session-block.ts'
import { userName, userOf } from './who.ts'

/** Who and which. */
export function DetailHeader() {
  const app = useApp()
  const detail = useDetail((state) => state.detail)
  const id = useDetail((state) => state.selected)
  const ending = useDetail((state) => state.ending)
  const prefix = useDetail((state) => state.prefix)
  const pinned = usePins((state) => isPinned(state, prefix, id))
  const userBefore = useSessionTimeline((state) => state.moments?.[0]?.entries[0]?.user ?? null)
  const decoded = useDecoded((state) => state.key)
  const isKnown = useDecoded(isLibrarySession)
  const blocked = useKeyBlock('delete')
  const logOutBlock = useBlock('deleteMany')
  const exportBlock = useBlock('export')
  const notExportable = useDetail(whyNotExportable)
  const reveal = useReveal(true, OPEN_ID)
  const view = usePrivacy()
  if (id === null) return null
  const own = detail === null && ending !== null ? userBefore : userOf(detail)
  const known = decoded?.session.user ?? own
  const user = known === null ? null : valueInWords(known, view)
  const name = userName(detail)
  return (
    <header className={styles.header} data-ended={ending === null ? undefined : true}>
      <div className={styles.who}>
        <h2 className={styles.user} title={user ?? undefined}>
          {detail === null
            ? (user ?? (ending === null ? '…' : 'A session that has ended'))
            : (user ??
              (detail.state === 'session' || isKnown ? 'Anonymous' : `A ${detail.type}, no session`))}
        </h2>
        {user === null || name === null ? null : (
          <IconButton
            icon={UserRoundX}
            label={`Log ${user} out everywhere`}
            blocked={logOutBlock}
            onClick={() => app.beginLogOut(name)}
          />
        )}
        <CompareButton />
        <IconButton
          icon={Download}
          label="Export session"
          blocked={exportBlock ?? notExportable}
          onClick={() => openSessionExport(app)}
        />
        <IconButton
          icon={Pin}
          label={pinned ? 'Unpin session' : 'Pin session'}
          tip={
            pinned
              ? 'Pinned: the timeline keeps its values, whichever session is selected'
              : 'Keep its values in the timeline, also while another session is selected'
          }
          keys="Shift P"
          aria-pressed={pinned}
          onClick={() => app.togglePin()}
        />
        <IconButton
          icon={Trash2}
          label={detail === null || detail.state === 'session' ? 'Delete session' : 'Delete key'}
          keys="Del"
          tone="danger"
          blocked={blocked}
          onClick={() => app.openDialog('delete')}
        />
        <IconButton icon={X} label="Close detail" keys="Esc" onClick={() => app.select(null)} />
      </div>
      <div className={styles.identity}>
        <code className={styles.id}>
          <SessionId id={id} revealed={!reveal.hidden} />
        </code>
        <RevealButton reveal={reveal} what="session id" keys="v" />
        <CopyButton label="Copy session id" text={toLine(id)} secret>
          Copy
        </CopyButton>
        {isBinary(id) || detail?.state === 'foreign' || decoded !== null ? null : (
          <CopyButton label="Copy cookie" text={`sid=${id}`} secret>
            Copy cookie
          </CopyButton>
        )}
      </div>
    </header>
  )
}
