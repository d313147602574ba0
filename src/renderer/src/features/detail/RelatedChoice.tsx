import { type ReactNode, useEffect, useState } from 'react'
import type { RelatedFate } from '#shared/formats.ts'
import { Problem } from '../../components/Problem.tsx'
import { SessionKey } from '../../components/SessionId.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { toFailure } from '../../lib/failure.ts'
import { plural } from '../../lib/format.ts'
import { useApp, useDetail } from '../../stores/context.ts'
import styles from './Dialogs.module.css'

export interface Related {
  readonly asking: boolean
  readonly fates: readonly RelatedFate[]
  readonly failure: string | null
}

const NONE: Related = { asking: false, fates: [], failure: null }

/** The keys beside the selected session, as they are when the dialog opens. @param isWanted whether there may be any */
export function useRelated(isWanted: boolean): Related {
  const app = useApp()
  const [wanted] = useState(isWanted)
  const [related, setRelated] = useState<Related>({ ...NONE, asking: wanted })
  useEffect(() => {
    if (!wanted) return
    let stale = false
    app.detail.related().then(
      (fates) => stale || setRelated({ ...NONE, fates }),
      (error: unknown) => stale || setRelated({ ...NONE, failure: toFailure(error).message }),
    )
    return () => {
      stale = true
    }
  }, [app, wanted])
  return related
}

interface RelatedChoiceProps {
  readonly related: Related
  /** They go with the session. */
  readonly along: boolean
  readonly onChange: (along: boolean) => void
}

/** Names what a library keeps beside the session, and asks whether that goes too. */
export function RelatedChoice({ related: { fates, failure }, along, onChange }: RelatedChoiceProps) {
  const prefix = useDetail((state) => state.prefix)
  if (failure !== null)
    return (
      <Problem tone="amber">
        Whether its library keeps further keys for it cannot be told, so they stay: {failure}
      </Problem>
    )
  if (fates.length === 0) return null
  const going = fates.filter(({ stays }) => stays === null)
  return (
    <section className={styles.related} aria-label="Related keys">
      {going.length === 0 ? null : (
        <Together along={along} onChange={onChange}>
          {plural(going.length, 'related key')}, in one step
        </Together>
      )}
      <ul>
        {fates.map(({ key, what, part, stays }) => (
          <li key={toLine(key)}>
            <code>
              <SessionKey name={key} prefixes={[prefix]} />
            </code>
            <span>
              {what}. {stays === null ? (along ? GOES[part] : 'It stays.') : `It stays. ${stays}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface TogetherProps {
  readonly along: boolean
  readonly onChange: (along: boolean) => void
  /** What goes along. */
  readonly children: ReactNode
}

/** Asks whether related keys go, too. */
export function Together({ along, onChange, children }: TogetherProps) {
  return (
    <label className={styles.choice}>
      <input type="checkbox" checked={along} onChange={(event) => onChange(event.target.checked)} />
      Together with {children}
    </label>
  )
}

const GOES: Readonly<Record<RelatedFate['part'], string>> = {
  whole: 'The key is deleted.',
  member: 'This session is taken out of it; the others stay.',
  pointer: 'The key is deleted while it points to this session.',
}
