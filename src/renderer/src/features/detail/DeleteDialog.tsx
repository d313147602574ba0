import { useState } from 'react'
import { trueEnd } from '#shared/ends.ts'
import type { SessionDetail } from '#shared/model.ts'
import { Confirm } from '../../components/Confirm.tsx'
import { SessionId, SessionKey } from '../../components/SessionId.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { ttlText } from '../../components/TtlBar.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { toFailure } from '../../lib/failure.ts'
import { focusGrid } from '../../lib/focus.ts'
import { formatBytes, plural } from '../../lib/format.ts'
import { useApp, useBlock, useDecoded, useDetail, usePrivacy } from '../../stores/context.ts'
import { isLibrarySession } from '../../stores/decoded.ts'
import styles from './Dialogs.module.css'
import { keyDifferences } from './key-differences.ts'
import { RelatedChoice, useRelated } from './RelatedChoice.tsx'
import { useKeyBlock } from './session-block.ts'
import { sessionInWords, userOf } from './who.ts'

const MOST_NAMES = 6

/** Names what goes before it goes. */
export function DeleteDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const id = useDetail((state) => state.selected)
  const prefix = useDetail((state) => state.prefix)
  const { mode } = usePrivacy()
  const latest = useDetail((state) => state.detail)
  const [shown] = useState(latest)
  const blocked = useKeyBlock('delete')
  const undoBlock = useBlock('undo')
  const [changed, setChanged] = useState(false)
  const isKnown = useDecoded(isLibrarySession)
  const decodedUser = useDecoded((state) => state.key?.session.user ?? null)
  const decoded = useDecoded((state) => state.key?.session ?? null)
  const related = useRelated(isKnown)
  const [along, setAlong] = useState(true)
  if (id === null) return null
  const isSession = shown === null || shown.state === 'session'
  // A session that is used goes on changing; that is no reason to keep it. Another key is deleted as it was shown.
  const detail = isSession ? latest : shown
  const what = isSession || isKnown ? 'session' : 'key'
  const named = isKnown
    ? decodedUser === null
      ? 'this anonymous session'
      : `the session of ${decodedUser}`
    : sessionInWords(detail)
  const endsAt = trueEnd(detail?.expiresAt ?? null, decoded).at
  const undo =
    undoBlock === null ? 'It can be undone as long as its time runs.' : `It cannot be undone. ${undoBlock}`
  return (
    <Confirm
      title={`Delete ${named}?`}
      description={
        isSession || isKnown
          ? `${(isKnown ? decodedUser : userOf(detail)) ?? 'Whoever uses it'} is logged out with the next request. ${undo}`
          : `No session store made it: whatever uses this key finds nothing there. ${undo}`
      }
      action={changed ? 'Delete it anyway' : `Delete ${what}`}
      blocked={blocked ?? (related.asking ? 'The keys that belong to it are still being looked for.' : null)}
      onClose={onClose}
      onConfirm={async () => {
        try {
          const takes = along && related.fates.some(({ stays }) => stays === null)
          const deleted = await app.remove(changed ? null : (detail?.fingerprint ?? null), takes)
          app.wrote(deleted ? `Deleted ${named}.` : 'It had gone already.')
          focusGrid()
        } catch (error) {
          if (toFailure(error).code === 'conflict') setChanged(true)
          throw error
        }
      }}
    >
      <dl className={styles.lost}>
        <dt>{isSession ? 'Session' : 'Key'}</dt>
        <dd className={styles.mono}>
          {isSession ? <SessionId id={id} /> : <SessionKey name={detail?.key ?? id} prefixes={[prefix]} />}
        </dd>
        {detail === null ? null : (
          <>
            <dt>Time left</dt>
            <dd className={styles.mono}>
              <Ticking
                paint={(element, now) =>
                  paintText(element, ttlText({ expiresAt: endsAt, configuredTtl: detail.configuredTtl }, now))
                }
              />
            </dd>
            <dt>Lost</dt>
            <dd>{lostInWords(detail)}</dd>
          </>
        )}
        {changed && shown !== null && latest !== null
          ? keyDifferences(shown, latest, mode !== 'shown').map(({ what: part, before, now }) => (
              <Difference key={part} part={part} before={before} now={now} />
            ))
          : null}
      </dl>
      <RelatedChoice related={related} along={along} onChange={setAlong} />
    </Confirm>
  )
}

interface DifferenceProps {
  readonly part: string
  readonly before: string
  readonly now: string
}

function Difference({ part, before, now }: DifferenceProps) {
  return (
    <>
      <dt className={styles.part} title={part}>
        {part}
      </dt>
      <dd className={styles.mono}>
        <span className={styles.was}>{before}</span> → {now}
      </dd>
    </>
  )
}

function lostInWords(detail: SessionDetail): string {
  if (detail.value !== null) return `a string of ${formatBytes(detail.value.size)}`
  if (detail.state === 'foreign') return `a whole ${detail.type}`
  const kept = detail.state === 'session' ? detail.fields.filter((field) => !field.reserved) : detail.fields
  const names = kept.map((field) => toLine(field.name))
  if (names.length === 0) return 'no fields beside the reserved ones'
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''
  return `${plural(names.length, 'field')}: ${names.slice(0, MOST_NAMES).join(', ')}${more}`
}
