import { Star } from 'lucide-react'
import { useEffect } from 'react'
import type { PrefixSurvey } from '#shared/model.ts'
import { Problem } from '../../components/Problem.tsx'
import { formatCount } from '../../lib/format.ts'
import { usePrefixes } from '../../stores/context.ts'
import styles from './Boxes.module.css'
import type { PrefixChoice } from './prefix-suggestions.ts'

/** @param list the id of the list */
export const prefixOptionId = (list: string, index: number): string => `${list}-${index}`

interface PrefixListProps {
  readonly id: string
  readonly choices: readonly PrefixChoice[]
  readonly marked: number | null
  /** The prefix that is shown now. */
  readonly current: string
  readonly onChoose: (prefix: string) => void
}

/** The namespaces that there are; the box above keeps the focus and the keys. */
export function PrefixList({ id, choices, marked, current, onChoose }: PrefixListProps) {
  const { survey, loading, failure } = usePrefixes((state) => state)
  useEffect(() => {
    if (marked !== null)
      document.getElementById(prefixOptionId(id, marked))?.scrollIntoView({ block: 'nearest' })
  }, [id, marked])
  return (
    <>
      <div id={id} role="listbox" aria-label="Prefixes" aria-busy={loading} className={styles.options}>
        {choices.map(({ prefix, keys, interesting }, index) => (
          // biome-ignore lint/a11y/useFocusableInteractive: the box keeps the focus and names the marked one.
          // biome-ignore lint/a11y/useKeyWithClickEvents: the box hears the keys.
          <div
            key={prefix}
            id={prefixOptionId(id, index)}
            role="option"
            aria-selected={index === marked}
            className={styles.option}
            data-current={prefix === current || undefined}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onChoose(prefix)}
          >
            {interesting ? (
              <Star size={12} role="img" aria-label="of interest" className={styles.interesting} />
            ) : null}
            {prefix === '' ? (
              <span className={styles.every}>every key</span>
            ) : (
              <span className={styles.name} title={prefix}>
                {prefix}
              </span>
            )}
            <span className={styles.count}>
              {keys === null || survey?.complete || prefix === '' ? '' : '≈'}
              {keys === null ? '' : formatCount(keys)}
            </span>
          </div>
        ))}
      </div>
      {failure === null ? (
        <p className={styles.looked} role="status">
          <Looked survey={survey} loading={loading} found={choices.length > 0} />
        </p>
      ) : (
        <Problem tone="amber">
          Which prefixes there are cannot be said: {failure.message} Any can be typed.
        </Problem>
      )}
    </>
  )
}

interface LookedProps {
  readonly survey: PrefixSurvey | null
  readonly loading: boolean
  readonly found: boolean
}

function Looked({ survey, loading, found }: LookedProps) {
  if (survey === null) return <>{loading ? 'Looking which prefixes there are…' : ''}</>
  const { looked, keys, complete } = survey
  const none =
    keys === 0 ? 'This database is empty. ' : found ? '' : 'No prefix has this text; Enter takes it. '
  return (
    <>
      {none}
      {complete
        ? `looked at all ${formatCount(keys)} keys`
        : `looked at ${formatCount(looked)} of ${formatCount(keys)} keys`}
    </>
  )
}
