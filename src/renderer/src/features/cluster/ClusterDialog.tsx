import { useEffect } from 'react'
import {
  type ClusterNode,
  type ClusterNodeState,
  type ClusterShares,
  countSlots,
  SLOT_COUNT,
  type SlotRange,
} from '#shared/cluster.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useCluster, useConnection, useList } from '../../stores/context.ts'
import styles from './ClusterDialog.module.css'

/** The nodes of the cluster, and which of them has how many of the sessions; live while it is open. */
export function ClusterDialog({ onClose }: { readonly onClose: () => void }) {
  const { cluster } = useApp()
  useEffect(() => cluster.watch(), [cluster])
  const shares = useCluster((state) => state.shares)
  const failure = useCluster((state) => state.failure)
  const status = useConnection((state) => state.status)
  const prefix = useList((state) => state.prefix)
  // What the connection says is newer than the last count.
  const told = status?.state === 'connected' ? status.server.nodes : undefined
  const nodes = told ?? shares?.nodes ?? []
  const lost = status?.state === 'lost' ? status.reason : null
  return (
    <Dialog
      title="Cluster nodes"
      wide
      onClose={onClose}
      description={
        <>
          {inWords(nodes)} Shares are of the sessions under <code>{prefix}</code>.
        </>
      }
    >
      {lost === null ? null : <Problem>{lost}</Problem>}
      {failure === null || lost !== null ? null : <Problem>{failure.message}</Problem>}
      {nodes.length === 0 ? (
        failure === null ? (
          <p className={styles.note}>Asking the cluster…</p>
        ) : null
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen.
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
        <div className={styles.scroll} role="group" aria-label="Nodes" tabIndex={0}>
          <Nodes nodes={nodes} shares={shares} />
        </div>
      )}
      {shares === null || shares.complete ? null : (
        <p className={styles.note}>The list is not complete yet, so the shares are of what it has.</p>
      )}
      <DialogButtons>
        <Button autoFocus onClick={onClose}>
          Close
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

function Nodes({
  nodes,
  shares,
}: {
  readonly nodes: readonly ClusterNode[]
  readonly shares: ClusterShares | null
}) {
  return (
    <table className={styles.nodes}>
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col" className={styles.number}>
            Slots
          </th>
          <th scope="col" className={styles.number}>
            Keys
          </th>
          <th scope="col" className={styles.number}>
            Sessions
          </th>
          <th scope="col" className={styles.shareHead}>
            Share
          </th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) =>
          node.role === 'master' ? (
            <Master key={node.id} node={node} shares={shares} />
          ) : (
            <tr key={node.id} className={styles.replica}>
              <th scope="row" colSpan={5}>
                <span className={styles.name}>
                  <span className={styles.branch} aria-hidden />
                  <span className={styles.address}>{node.address}</span>
                  <Badge>replica</Badge>
                  <State state={node.state} />
                </span>
              </th>
            </tr>
          ),
        )}
      </tbody>
    </table>
  )
}

function Master({ node, shares }: { readonly node: ClusterNode; readonly shares: ClusterShares | null }) {
  const share = shares?.shares.find(({ id }) => id === node.id)
  const part = shares === null || share === undefined ? null : share.sessions / Math.max(1, shares.sessions)
  const percent = part === null ? '' : `${(100 * part).toFixed(1)} %`
  return (
    <tr>
      <th scope="row">
        <span className={styles.name}>
          <span className={styles.address}>{node.address}</span>
          <Badge tone="accent">master</Badge>
          <State state={node.state} />
        </span>
      </th>
      <td className={styles.number} title={rangesInWords(node.slots)}>
        {formatCount(countSlots(node.slots))}
      </td>
      <td className={styles.number}>{share?.keys == null ? '–' : formatCount(share.keys)}</td>
      <td className={styles.number}>{share === undefined ? '–' : formatCount(share.sessions)}</td>
      <td className={styles.share}>
        <span className={styles.bar} aria-hidden>
          <span style={{ width: `${100 * (part ?? 0)}%` }} />
        </span>
        <span className={styles.percent}>{percent}</span>
      </td>
    </tr>
  )
}

const STATES: Readonly<
  Record<ClusterNodeState, { readonly tone: 'amber' | 'red'; readonly title: string } | null>
> = {
  online: null,
  suspected: { tone: 'amber', title: 'One node says that it does not answer.' },
  failed: { tone: 'red', title: 'The cluster agrees that it does not answer.' },
  joining: { tone: 'amber', title: 'The cluster has not taken it in yet.' },
}

/** Nothing for a node that is as it should be. */
function State({ state }: { readonly state: ClusterNodeState }) {
  const words = STATES[state]
  return words === null ? null : (
    <Badge tone={words.tone} title={words.title}>
      {state}
    </Badge>
  )
}

function inWords(nodes: readonly ClusterNode[]): string {
  const masters = nodes.filter(({ role }) => role === 'master')
  const served = masters.reduce((sum, { slots }) => sum + countSlots(slots), 0)
  const open = SLOT_COUNT - served
  const all =
    open === 0
      ? 'all slots are served'
      : `nobody serves ${formatCount(open)} of ${formatCount(SLOT_COUNT)} slots`
  return `${plural(masters.length, 'master')}, ${plural(nodes.length - masters.length, 'replica')}; ${all}.`
}

/** `0–5460, 10923`; the first few of many. */
function rangesInWords(ranges: readonly SlotRange[]): string {
  const words = ranges.map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`))
  const shown = words.slice(0, 20).join(', ')
  if (words.length === 0) return 'No slots'
  return words.length > 20 ? `Slots ${shown} and ${words.length - 20} more ranges` : `Slots ${shown}`
}
