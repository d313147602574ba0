import { useState } from 'react'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import type { ShownValue } from '#shared/model.ts'
import type { TabStatus } from '#shared/tabs.ts'
import { Button } from '../../components/Button.tsx'
import { Problem } from '../../components/Problem.tsx'
import { type Failure, toFailure } from '../../lib/failure.ts'
import { formatBytes, plural } from '../../lib/format.ts'
import { type ComparedField, compareFacts, compareFields } from '../../lib/session-differences.ts'
import { useApp } from '../../stores/context.ts'
import { useTabLabel } from '../tabs/use-tab-label.ts'
import styles from './Compare.module.css'
import { CompareTable } from './CompareTable.tsx'
import type { LiveSession } from './use-live-session.ts'

interface SessionRef {
  readonly prefix: string
  readonly id: Bytes
}
interface ComparisonProps {
  readonly left: LiveSession
  readonly right: LiveSession
  readonly own: TabStatus
  readonly other: TabStatus | null
  readonly refs: { readonly left: SessionRef; readonly right: SessionRef }
  readonly onlyDifferences: boolean
  readonly onOnlyDifferences: (only: boolean) => void
}

/** What is equal, what differs, and what is on one side alone; or why that cannot be said. */
export function Comparison(props: ComparisonProps) {
  const { left, right, own, other, onlyDifferences, onOnlyDifferences } = props
  const { wholeOf, readWhole, reading, failure } = useWholeValues(props)
  const labelOf = useTabLabel()
  const ready = left.detail !== null && right.detail !== null
  const fields = ready ? compareFields(left.detail, right.detail, wholeOf) : []
  const facts = ready ? compareFacts(left.detail, right.detail) : []
  const differing = fields.filter(({ state }) => state !== 'equal')
  const cut = differing.filter(isCut)
  return (
    <div className={styles.comparison}>
      <SideProblem session={left} where={labelOf(own)} />
      <SideProblem session={right} where={other === null ? 'the other connection' : labelOf(other)} />
      {failure === null ? null : <Problem>{failure.message}</Problem>}
      {ready ? (
        <>
          <div className={styles.tools}>
            <p className={styles.summary} role="status">
              {summaryOf(fields)}
            </p>
            <label className={styles.only}>
              <input
                type="checkbox"
                checked={onlyDifferences}
                onChange={(event) => onOnlyDifferences(event.target.checked)}
              />
              Differences only
            </label>
          </div>
          <CompareTable
            facts={onlyDifferences ? facts.filter(({ equal }) => !equal) : facts}
            fields={onlyDifferences ? differing : fields}
            left={{ label: labelOf(own), expiresAt: left.detail.expiresAt, gone: left.state !== 'found' }}
            right={{
              label: other === null ? 'closed' : labelOf(other),
              expiresAt: right.detail.expiresAt,
              gone: right.state !== 'found',
            }}
          />
          {cut.length === 0 ? null : (
            <div className={styles.cut}>
              <p>
                Of {plural(cut.length, 'long value')} only the beginning is here:{' '}
                {formatBytes(cut.reduce((all, { left, right }) => all + sizeOf(left) + sizeOf(right), 0))} in
                all.
              </p>
              <Button small busy={reading} onClick={() => readWhole(cut)}>
                Read and compare the whole
              </Button>
            </div>
          )}
        </>
      ) : null}
    </div>
  )
}

const isCut = ({ left, right }: ComparedField) =>
  left !== null && right !== null && !(left.whole && right.whole)
const sizeOf = (value: { readonly size: number } | null): number => value?.size ?? 0

function summaryOf(fields: readonly ComparedField[]): string {
  const count = (...states: readonly ComparedField['state'][]) =>
    fields.filter(({ state }) => states.includes(state)).length
  const parts = [
    count('different') === 0 ? null : `${plural(count('different'), 'field differs', 'fields differ')}`,
    count('alike') === 0 ? null : `${count('alike')} equal as far as compared`,
    count('left') === 0 ? null : `${count('left')} only here`,
    count('right') === 0 ? null : `${count('right')} only there`,
  ].filter((part) => part !== null)
  if (parts.length === 0) return `All ${plural(fields.length, 'field')} are equal.`
  return `${parts.join(', ')}; ${count('equal')} equal.`
}

/** Why a side is not, or no longer, what is in Redis. */
function SideProblem({ session, where }: { readonly session: LiveSession; readonly where: string }) {
  const { state, detail, failure } = session
  if (state === 'found') return null
  if (state === 'reading') return <p className={styles.waiting}>Reading it on {where}…</p>
  if (failure !== null)
    return (
      <Problem>
        {where}: {failure.message}
        {detail === null ? '' : ' What was read last is shown below.'}
      </Problem>
    )
  return (
    <Problem tone="amber">
      {detail === null
        ? `${where} has no session of this id under this prefix.`
        : `It has gone on ${where}: it expired or was deleted. What it was last is shown below.`}
    </Problem>
  )
}

/** The whole of long values, where somebody wants them compared; each for as long as what is shown of it stays. */
function useWholeValues({ own, other, refs }: ComparisonProps) {
  const { tabs } = useApp()
  const [values, setValues] = useState<ReadonlyMap<string, Bytes>>(new Map())
  const [reading, setReading] = useState(false)
  const [failure, setFailure] = useState<Failure | null>(null)
  type Part = Pick<ShownValue, 'value' | 'size'>
  const keyOf = (side: 'left' | 'right', field: Bytes | null, { value, size }: Part) =>
    JSON.stringify([side === 'right' ? other?.number : null, refs[side], field, size, bytesId(value)])
  const read = (side: 'left' | 'right', field: Bytes | null): Promise<Bytes> => {
    const transport = tabs.transport((side === 'left' ? own : other)?.number ?? own.number)
    return field === null
      ? transport.invoke('session.readValue', refs[side])
      : transport.invoke('session.readField', { ...refs[side], field })
  }
  return {
    reading,
    failure,
    wholeOf: (side: 'left' | 'right', field: Bytes | null, shown: ShownValue) =>
      shown.cut ? values.get(keyOf(side, field, shown)) : undefined,
    async readWhole(fields: readonly ComparedField[]) {
      setReading(true)
      setFailure(null)
      try {
        for (const { name, left, right } of fields) {
          const found: [string, Bytes][] = []
          if (left !== null && !left.whole) found.push([keyOf('left', name, left), await read('left', name)])
          if (right !== null && !right.whole)
            found.push([keyOf('right', name, right), await read('right', name)])
          setValues((before) => new Map([...before, ...found]))
        }
      } catch (error) {
        setFailure(toFailure(error))
      } finally {
        setReading(false)
      }
    },
  }
}
