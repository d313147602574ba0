import { useEffect, useRef } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { useApp } from '../../stores/context.ts'
import type { Draft } from '../../stores/draft.ts'
import styles from './FieldEditor.module.css'

interface ConflictProps {
  readonly draft: Draft
  readonly conflict: NonNullable<Draft['conflict']>
  readonly blocked: string | null
}

/** Somebody else wrote the field since it was shown: both values side by side, and the choice. */
export function Conflict({ draft, conflict, blocked }: ConflictProps) {
  const app = useApp()
  const element = useRef<HTMLDivElement>(null)
  // The choice is what matters now: it must not open below the edge.
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const overwrite = async () => {
    if (await app.detail.overwrite()) app.wrote('Wrote yours over what was in Redis.')
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
    <div ref={element} className={styles.conflict} role="group" aria-label="Conflict">
      <Problem tone="amber">{draft.failure?.message ?? 'This field has changed since it was shown.'}</Problem>
      <dl className={styles.values}>
        <dt>When you began</dt>
        <dd>
          <Value value={draft.shown} />
        </dd>
        <dt>Yours</dt>
        <dd>
          <Value value={draft.value} />
        </dd>
        <dt>Now in Redis</dt>
        <dd>
          <Value value={conflict.current} />
        </dd>
      </dl>
      <div className={styles.buttons}>
        <Button small onClick={() => app.detail.discard()}>
          Keep what’s in Redis
        </Button>
        <Button small kind="danger" busy={draft.saving} blocked={blocked} onClick={overwrite}>
          Write mine anyway
        </Button>
      </div>
    </div>
  )
}

const MOST_CHARACTERS = 2000

function Value({ value }: { readonly value: Bytes | null }) {
  if (value === null) return <span className={styles.absent}>no such field</span>
  const text = toLine(value)
  if (text === '') return <span className={styles.absent}>empty</span>
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <pre className={styles.pre} tabIndex={0}>
      {text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text}
    </pre>
  )
}
