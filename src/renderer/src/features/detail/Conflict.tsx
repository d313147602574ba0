import { Button } from '../../components/Button.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { useApp } from '../../stores/context.ts'
import type { Draft } from '../../stores/draft.ts'
import { Comparison, Held } from './Comparison.tsx'

interface ConflictProps {
  readonly draft: Draft
  readonly conflict: NonNullable<Draft['conflict']>
  readonly blocked: string | null
}

/** Somebody else wrote the value since it was shown. */
export function Conflict({ draft, conflict, blocked }: ConflictProps) {
  const { detail, wrote } = useApp()
  const of = draft.of === 'string' ? [] : [draft.field === null ? draft.name : toLine(draft.field)]
  const overwrite = async () => {
    if (await detail.overwrite()) wrote('Wrote yours over what was in Redis.')
  }
  return (
    <Comparison
      message={draft.failure?.message ?? 'This has changed since it was shown.'}
      shown={<Held value={draft.shown} of={of} />}
      yours={<Held value={draft.value} of={of} />}
      now={<Held value={conflict.current} of={of} />}
    >
      <Button small onClick={() => detail.discard()}>
        Keep what’s in Redis
      </Button>
      {typeof conflict.current === 'string' ? (
        <Button small onClick={() => detail.startAnew()}>
          Edit what’s in Redis
        </Button>
      ) : null}
      <Button small kind="danger" busy={draft.saving} blocked={blocked} onClick={overwrite}>
        Write mine anyway
      </Button>
    </Comparison>
  )
}
