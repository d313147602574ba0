import { LogOut } from 'lucide-react'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import { RISK_WORDS, SEVERITY_WORDS } from '#shared/risk-words.ts'
import type { RiskFinding, RiskPart } from '#shared/risks.ts'
import { Badge } from '../../components/Badge.tsx'
import { IconButton } from '../../components/Button.tsx'
import { SessionKey } from '../../components/SessionId.tsx'
import { toLine } from '../../lib/bytes-view.ts'
import { formatCount } from '../../lib/format.ts'
import { useApp, useBlock, useList } from '../../stores/context.ts'
import { FindingActions } from './FindingActions.tsx'
import { RiskRows } from './RiskRows.tsx'
import styles from './Risks.module.css'

const TONES = { high: 'red', medium: 'amber', low: 'plain' } as const

/** One finding: what it is, why it matters, what can be done, and which sessions it is about. */
export function FindingDetail({ finding }: { readonly finding: RiskFinding }) {
  const { id, severity, how, parts, moreParts } = finding
  const { title, what, why, source, advice } = RISK_WORDS[id]
  return (
    <>
      <section className={styles.words} data-finding aria-label={title}>
        <h3 className={styles.heading}>
          {title} <Badge tone={TONES[severity]}>{SEVERITY_WORDS[severity]}</Badge>
        </h3>
        <FindingActions finding={finding} />
        <p>{what}</p>
        <p>{why}</p>
        {how === null ? null : <p>{how}</p>}
        {parts.length === 0 ? null : (
          <ul className={styles.parts} aria-label="Of these">
            {parts.map(({ kind, name, count }) => (
              <li key={`${kind} ${bytesId(name)}`} className={styles.part} data-kind={kind}>
                <PartName kind={kind} name={name} />
                <span className={styles.figure}>{formatCount(count)}</span>
                {kind === 'user' ? <LogOutUser user={name} /> : null}
              </li>
            ))}
            {moreParts > 0 ? <li className={styles.muted}>and {formatCount(moreParts)} more</li> : null}
          </ul>
        )}
        <p>{advice}</p>
        {source === null ? null : <p className={styles.muted}>Source: {source}.</p>}
      </section>
      <RiskRows finding={finding} />
    </>
  )
}

function PartName({ kind, name }: Pick<RiskPart, 'kind' | 'name'>) {
  const prefix = useList((state) => state.prefix)
  return kind === 'index' ? (
    <span className={styles.partName}>
      <SessionKey name={name} prefixes={[prefix]} />
    </span>
  ) : (
    <span className={styles.partName} title={toLine(name)}>
      {toLine(name)}
    </span>
  )
}

function LogOutUser({ user }: { readonly user: Bytes }) {
  const app = useApp()
  const blocked = useBlock('deleteMany')
  return (
    <IconButton
      icon={LogOut}
      label={`Log ${toLine(user)} out everywhere…`}
      blocked={blocked}
      onClick={() => app.beginLogOut(user, true)}
    />
  )
}
