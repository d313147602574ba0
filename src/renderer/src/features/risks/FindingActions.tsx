import { Clock, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { LIMITS } from '#shared/model.ts'
import { RISK_WORDS } from '#shared/risk-words.ts'
import type { RiskAction, RiskFinding } from '#shared/risks.ts'
import { Button } from '../../components/Button.tsx'
import { formatCount } from '../../lib/format.ts'
import { useApp, useBlock } from '../../stores/context.ts'
import { RemoveMembersDialog } from './RemoveMembersDialog.tsx'
import styles from './Risks.module.css'

/** What can safely be done: each button leads to the exact keys first, and asks. */
export function FindingActions({ finding }: { readonly finding: RiskFinding }) {
  const { actions } = RISK_WORDS[finding.id]
  if (actions.every((action) => action === 'logOut')) return null
  return (
    <div className={styles.actions}>
      {actions.map((action) => (
        <Action key={action} action={action} finding={finding} />
      ))}
    </div>
  )
}

function Action({ action, finding }: { readonly action: RiskAction; readonly finding: RiskFinding }) {
  switch (action) {
    case 'logOut':
      // It is about one user: beside each of them.
      return null
    case 'removeMembers':
      return <RemoveMembers finding={finding} />
    default:
      return <OfMany kind={action} finding={finding} />
  }
}

function OfMany({ kind, finding }: { readonly kind: 'delete' | 'setTtl'; readonly finding: RiskFinding }) {
  const app = useApp()
  const blocked = useBlock(kind === 'delete' ? 'deleteMany' : 'setTtlOfMany')
  const [busy, setBusy] = useState(false)
  const most = formatCount(Math.min(finding.count, LIMITS.scopeIds))
  const what = finding.count > LIMITS.scopeIds ? `the first ${most}` : most
  return (
    <Button
      small
      icon={kind === 'delete' ? Trash2 : Clock}
      busy={busy}
      blocked={blocked}
      onClick={async () => {
        setBusy(true)
        await app.beginRiskAction(kind, finding.id)
        setBusy(false)
      }}
    >
      {kind === 'delete' ? `Delete ${what}…` : `Set a TTL for ${what}…`}
    </Button>
  )
}

function RemoveMembers({ finding }: { readonly finding: RiskFinding }) {
  const blocked = useBlock('removeMembers')
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button small icon={Trash2} blocked={blocked} onClick={() => setOpen(true)}>
        Remove {formatCount(finding.count)} {finding.count === 1 ? 'entry' : 'entries'}…
      </Button>
      {open ? <RemoveMembersDialog onClose={() => setOpen(false)} /> : null}
    </>
  )
}
