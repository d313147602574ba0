import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import type { CookieFinding, CookieReport } from '#shared/cookies.ts'
import { plural } from '../../lib/format.ts'
import styles from './Cookie.module.css'
import { type CookieActions, CookieRow } from './CookieRow.tsx'
import { reportInWords, searchInWords } from './cookie-words.ts'

interface CookieResultsProps {
  readonly report: CookieReport
  readonly actions: CookieActions
}

/** One row for each cookie; those that are no session's are folded away, unless there are no others. */
export function CookieResults({ report, actions }: CookieResultsProps) {
  const telling = report.cookies.filter(({ outcome }) => outcome !== 'other')
  const others = report.cookies.filter(({ outcome }) => outcome === 'other')
  const search = report.cookies.some(({ outcome }) => outcome === 'absent') ? searchInWords(report) : null
  const keyOf = ({ name }: CookieFinding, at: number) => `${at} ${name}`
  return (
    <div className={styles.results}>
      {telling.length === 0 ? null : (
        <ul className={styles.rows} aria-label="Cookies">
          {telling.map((finding, at) => (
            <CookieRow key={keyOf(finding, at)} finding={finding} actions={actions} />
          ))}
        </ul>
      )}
      {others.length === 0 ? null : (
        <Others findings={others} actions={actions} begin={telling.length === 0} />
      )}
      {search === null ? null : <p className={styles.search}>{search}</p>}
      <p role="status" className={report.cookies.length === 0 ? styles.search : 'visually-hidden'}>
        {reportInWords(report)}
      </p>
    </div>
  )
}

interface OthersProps {
  readonly findings: readonly CookieFinding[]
  readonly actions: CookieActions
  /** Whether they begin unfolded. */
  readonly begin: boolean
}

function Others({ findings, actions, begin }: OthersProps) {
  const [open, setOpen] = useState(begin)
  const id = useId()
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <div>
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Chevron size={14} aria-hidden />
        {plural(findings.length, 'cookie that is no session’s', 'cookies that are no session’s')}
      </button>
      {open ? (
        <ul id={id} className={styles.rows} aria-label="Other cookies">
          {findings.map((finding, at) => (
            // Names may repeat.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <CookieRow key={at} finding={finding} actions={actions} />
          ))}
        </ul>
      ) : null}
    </div>
  )
}
