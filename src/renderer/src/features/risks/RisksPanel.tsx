import { Download, Play, Square } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { useEffect } from 'react'
import { Button } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { MenuItem } from '../../components/MenuItem.tsx'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useBlock, useRisks } from '../../stores/context.ts'
import { FindingDetail } from './FindingDetail.tsx'
import { FindingList } from './FindingList.tsx'
import { Overview } from './Overview.tsx'
import styles from './Risks.module.css'
import { coverageInWords } from './risk-coverage.ts'

/** What the report has looked at, and what one does with all of it. */
export function RisksBar() {
  const { risks } = useApp()
  const report = useRisks((state) => state.report)
  const switching = useRisks((state) => state.switching)
  const blocked = useBlock('readValues')
  const failure = useRisks((state) => state.failure)
  const problem = failure ?? report?.values.failure ?? null
  const phase = report?.values.phase
  const isOn = phase === 'reading' || phase === 'waiting'
  return (
    <>
      {report === null ? null : (
        <span className={styles.aside} title={coverageInWords(report)}>
          {plural(report.rows, 'key')} judged
          {phase === 'idle' ? ', no values read yet' : ''}
        </span>
      )}
      {report !== null && phase !== 'idle' && phase !== undefined ? (
        <span className={styles.progress}>
          <progress
            className={styles.bar}
            value={report.values.read}
            max={Math.max(1, report.values.total)}
            aria-label="Values read"
          />
          <span>
            {formatCount(report.values.read)} of {formatCount(report.values.total)} values
          </span>
        </span>
      ) : null}
      {problem === null ? null : (
        <span className={styles.failed} role="status" title={problem.message}>
          {problem.message}
        </span>
      )}
      <span className={styles.space} />
      {isOn ? (
        <Button small icon={Square} busy={switching} onClick={() => risks.setReading(false)}>
          Stop reading
        </Button>
      ) : (
        <Button
          small
          icon={Play}
          kind={phase === 'idle' ? 'primary' : 'default'}
          busy={switching}
          blocked={blocked ?? (report === null ? 'The report is not made yet.' : null)}
          onClick={() => risks.setReading(true)}
        >
          {phase === 'stopped' ? 'Resume reading' : 'Read values'}
        </Button>
      )}
      <ExportMenu />
    </>
  )
}

function ExportMenu() {
  const app = useApp()
  const nothing = useRisks((state) => state.report === null)
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button small icon={Download} blocked={nothing ? 'The report is not made yet.' : null}>
          Export JSON
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="end" sideOffset={4} collisionPadding={8}>
          <MenuItem onSelect={() => app.exportRisks(false)}>With ids and users masked</MenuItem>
          <MenuItem onSelect={() => app.exportRisks(true)}>With ids and users as they are</MenuItem>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}

/** Leaks and risks of the sessions of the prefix: what was found, the gravest first. */
export function RisksPanel() {
  const { risks } = useApp()
  useEffect(() => risks.watch(), [risks])
  const report = useRisks((state) => state.report)
  const failure = useRisks((state) => state.failure)
  const selected = useRisks((state) => state.selected)
  if (report === null) return <p className={styles.quiet}>{failure?.message ?? 'Looking at the sessions…'}</p>
  const finding = report.findings.find(({ id }) => id === selected) ?? null
  return (
    <div className={styles.panel}>
      <FindingList report={report} selected={finding?.id ?? null} />
      {finding === null ? <Overview report={report} /> : <FindingDetail key={finding.id} finding={finding} />}
    </div>
  )
}
