import { Confirm } from '../../components/Confirm.tsx'
import { paintText, Ticking } from '../../components/Ticking.tsx'
import { ttlText } from '../../components/TtlBar.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { focusGrid } from '../../lib/focus.ts'
import { plural } from '../../lib/format.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import styles from './Dialogs.module.css'
import { useSessionBlock } from './session-block.ts'
import { sessionInWords, userOf } from './who.ts'

const MOST_NAMES = 6

/** Names what goes before it goes. */
export function DeleteDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const id = useDetail((state) => state.selected)
  const detail = useDetail((state) => state.detail)
  const blocked = useSessionBlock()
  if (id === null) return null
  const names = (detail?.fields ?? []).filter((field) => !field.reserved).map((field) => toLine(field.name))
  return (
    <Confirm
      title={`Delete ${sessionInWords(detail)}?`}
      description={`${userOf(detail) ?? 'Whoever uses it'} is logged out with the next request. It can be undone as long as its time runs.`}
      action="Delete session"
      blocked={blocked}
      onClose={onClose}
      onConfirm={async () => {
        const deleted = await app.remove()
        app.wrote(deleted ? `Deleted ${sessionInWords(detail)}.` : 'It had gone already.')
        focusGrid()
      }}
    >
      <dl className={styles.lost}>
        <dt>Session</dt>
        <dd className={styles.mono}>{toLine(id)}</dd>
        {detail === null ? null : (
          <>
            <dt>Time left</dt>
            <dd className={styles.mono}>
              <Ticking
                paint={(element, now) =>
                  paintText(
                    element,
                    ttlText({ expiresAt: detail.expiresAt, configuredTtl: detail.configuredTtl }, now),
                  )
                }
              />
            </dd>
            <dt>Lost</dt>
            <dd>
              {names.length === 0
                ? 'no fields beside the reserved ones'
                : `${plural(names.length, 'field')}: ${names.slice(0, MOST_NAMES).join(', ')}`}
              {names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : ''}
            </dd>
          </>
        )}
      </dl>
    </Confirm>
  )
}
