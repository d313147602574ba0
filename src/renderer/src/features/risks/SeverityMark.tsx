import { CircleAlert, Info, OctagonAlert, TriangleAlert } from 'lucide-react'
import { SEVERITY_WORDS } from '#shared/risk-words.ts'
import type { Severity } from '#shared/risks.ts'
import styles from './Risks.module.css'

/** A shape for each, so that colour is never alone. */
const SHAPES = { high: OctagonAlert, medium: TriangleAlert, low: CircleAlert } as const

export function SeverityMark({ severity }: { readonly severity: Severity }) {
  const Shape = SHAPES[severity]
  return (
    <Shape size={14} className={styles.mark} data-severity={severity} aria-label={SEVERITY_WORDS[severity]} />
  )
}

/** What is no finding: the report as a whole. */
export function OverviewMark() {
  return <Info size={14} className={styles.mark} aria-hidden />
}
