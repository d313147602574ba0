import { AppError } from '#shared/errors.ts'
import type { OrphanList, RisksChange } from '#shared/risks.ts'
import { toBytes } from '../bytes.ts'
import type { ClientContext } from '../client-context.ts'
import { confirmationFor, requireConfirmation } from '../confirmation.ts'
import type { Handlers } from '../dispatch.ts'
import type { Workspace } from '../workspace.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import type { OrphansOfIndex } from './orphan-search.ts'
import { isInOneSlot, removeMembers } from './remove-members.ts'
import { exportReport } from './risk-export.ts'
import type { RiskReport } from './risk-report.ts'

type RiskCalls = Extract<keyof Handlers, `risks.${string}`>

export interface RiskDependencies
  extends Pick<ClientContext, 'connection' | 'connected' | 'writing' | 'listOf'> {
  /** What belongs to the connection, also while it is lost. */
  readonly current: () => Workspace | null
  readonly onChange: (change: RisksChange) => void
}

/** Entries that somebody was shown, and that a removal may take. */
interface Frozen {
  readonly mark: number
  readonly workspace: Workspace
  readonly prefix: string
  readonly indexes: readonly OrphansOfIndex[]
}

/** One client's look at the reports on leaks and risks. */
export function createRiskHandlers({
  connection,
  connected,
  current,
  writing,
  listOf,
  onChange,
}: RiskDependencies): {
  readonly handlers: Pick<Handlers, RiskCalls>
  /** The client looks at another prefix by now. */
  readonly leave: (except: string) => void
  readonly close: () => void
} {
  const holder = {}
  let held: { readonly prefix: string; readonly workspace: Workspace; readonly report: RiskReport } | null =
    null
  let frozen: Frozen | null = null
  /** The prefix that the client looks at. */
  let looked: string | null = null
  let marks = 0
  /** Rise when the client leaves for another prefix, and when it looks no longer: a report that is being opened heeds it. */
  let leaves = 0
  let rests = 0

  const open = (prefix: string): RiskReport => {
    if (held !== null && held.prefix === prefix && held.workspace === current()) return held.report
    throw new AppError('invalid_argument', `Nobody looks at the report of ${prefix}. Open it first.`)
  }
  /** Asks for what a report on production asks for before it writes. */
  return {
    handlers: {
      'risks.report': async ({ prefix }) => {
        const workspace = current() ?? connected()
        const [leavesBefore, restsBefore] = [leaves, rests]
        listOf(prefix)
        workspace.risks.release(holder, prefix)
        const report = await workspace.risks.hold(prefix, holder, (revision) =>
          onChange({ prefix, revision }),
        )
        if (leavesBefore !== leaves) {
          workspace.risks.release(holder)
          throw new AppError('not_connected', 'Another prefix is looked at by now. Ask for its report.')
        }
        held = { prefix, workspace, report }
        if (restsBefore !== rests) workspace.risks.rest(holder)
        return report.read()
      },
      'risks.close': () => {
        rests += 1
        held?.workspace.risks.rest(holder)
        return null
      },
      'risks.read': ({ prefix, on }) => {
        const report = open(prefix)
        if (on) connected()
        report.setReading(on)
        return report.read(true)
      },
      'risks.sessions': ({ prefix, finding, offset, limit }) => open(prefix).rows(finding, offset, limit),
      'risks.ids': ({ prefix, finding }) => open(prefix).ids(finding),
      'risks.export': async ({ prefix, named }) => ({ text: await exportReport(open(prefix), named) }),
      'risks.orphans': ({ prefix }): OrphanList => {
        const { client } = connected()
        const all = open(prefix).orphans.filter(({ members }) => members.length > 0)
        const reachable = all.filter((index) => isInOneSlot(client, index))
        const indexes = firstOf(reachable)
        marks += 1
        frozen = { mark: marks, workspace: connected(), prefix, indexes }
        const members = sum(indexes.map((index) => index.members.length))
        return {
          mark: marks,
          indexes: indexes.map(({ key, members: some }) => ({ key: toBytes(key), members: some.length })),
          members,
          more: Math.max(0, sum(reachable.map(({ count }) => count)) - members),
          elsewhere: all.length - reachable.length,
          confirmation: confirmationFor(connection.status, prefix),
        }
      },
      'risks.removeMembers': async ({ prefix, mark, confirmation = null }) => {
        connection.requireWritable()
        const workspace = connected()
        const list = frozen
        if (list === null || list.mark !== mark || list.workspace !== workspace || list.prefix !== prefix) {
          throw new AppError(
            'invalid_argument',
            'These entries are not the ones that were shown. Look at them again.',
          )
        }
        requireConfirmation(confirmationFor(connection.status, prefix), confirmation)
        frozen = null
        const { changes, failure, ...outcome } = await removeMembers(workspace.client, list.indexes, (key) =>
          workspace.wrote(key),
        )
        const [first] = list.indexes
        if (changes !== null && first !== undefined) {
          const entries = outcome.removed === 1 ? 'entry' : 'entries'
          writing().recordMany(
            {
              prefix,
              id: toBytes(first.key),
              label: `Removed ${outcome.removed.toLocaleString('en')} orphaned index ${entries}`,
            },
            changes,
          )
        }
        if (failure !== null) throw failure
        if (held?.prefix === prefix) held.report.orphansRemoved(list.indexes)
        return outcome
      },
    },
    leave(except) {
      if (looked === except) return
      looked = except
      leaves += 1
      if (held === null || held.prefix === except) return
      held.workspace.risks.release(holder)
      held = null
    },
    close() {
      leaves += 1
      held?.workspace.risks.release(holder)
      held = null
    },
  }
}

/** As many entries as one turn takes. */
function firstOf(indexes: readonly OrphansOfIndex[]): readonly OrphansOfIndex[] {
  const chosen: OrphansOfIndex[] = []
  let left: number = RISK_DEFAULTS.membersATurn
  for (const index of indexes) {
    const members = index.members.slice(0, Math.min(left, RISK_DEFAULTS.orphansATurn))
    if (members.length === 0) break
    chosen.push({ ...index, members })
    left -= members.length
  }
  return chosen
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0)
