import { ShieldAlert } from 'lucide-react'
import { aclLine, aclPatternLine, type KeyLimit, lackedBy } from '#shared/abilities.ts'
import type { ConnectionStatus } from '#shared/model.ts'
import { Button } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { focusPrefix } from '../../lib/focus.ts'
import { keyLimitOf } from '../../stores/blocks.ts'
import { useConnection, useList } from '../../stores/context.ts'
import { useLookAgain } from '../status/Permissions.tsx'
import styles from './ListRefused.module.css'

type Connected = Extract<ConnectionStatus, { state: 'connected' }>

/** What this user lacks to see the list at all; null where nothing is known to be missing. */
export function useRefusal(): Refusal | null {
  const prefix = useList((state) => state.prefix)
  const status = useConnection((state) => state.status)
  if (status?.state !== 'connected') return null
  const lacks = lackedBy('list', status.missing)
  if (lacks.length > 0) return { status, lacks, limit: null }
  const limit = keyLimitOf({ status }, prefix)
  return limit?.access === 'none' ? { status, lacks, limit } : null
}

interface Refusal {
  readonly status: Connected
  readonly lacks: readonly string[]
  readonly limit: KeyLimit | null
}

/** The list of a user who may not see it: what is missing, and the ways on. */
export function ListRefused({ refusal: { status, lacks, limit } }: { readonly refusal: Refusal }) {
  const lookAgain = useLookAgain()
  const { username } = status.target
  const user = <code>{username ?? 'default'}</code>
  const line = limit === null ? aclLine(username, lacks) : aclPatternLine(username, '~', limit.pattern)
  return (
    <EmptyState
      icon={ShieldAlert}
      title={
        limit === null ? 'This Redis user may not list sessions' : 'This Redis user may not use these keys'
      }
      actions={
        <>
          <Button kind="primary" onClick={lookAgain}>
            Look again
          </Button>
          {limit === null ? null : <Button onClick={focusPrefix}>Choose another prefix</Button>}
        </>
      }
    >
      {limit === null ? (
        <>
          The user {user} lacks {lacks.join(', ')}.
        </>
      ) : (
        <>
          The user {user} may not use all keys
          {limit.prefix === '' ? null : (
            <>
              {' '}
              under <code>{limit.prefix}</code>
            </>
          )}
          , since it lacks the pattern <code>~{limit.pattern}</code>.
        </>
      )}{' '}
      An administrator can allow it:
      <span className={styles.line}>
        <code>{line}</code>
        <CopyButton label="Copy the ACL line" text={line} />
      </span>
    </EmptyState>
  )
}
