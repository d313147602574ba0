import { ChevronDown, ChevronRight, Pencil } from 'lucide-react'
import { useMemo, useState } from 'react'
import {
  type DecodedSession,
  nameOfEntry,
  namesAtPath,
  pathInWords,
  type TreeNode,
  type TreePath,
} from '#shared/formats.ts'
import { IconButton } from '../../components/Button.tsx'
import { Dots, RevealButton, useReveal } from '../../components/Secret.tsx'
import { toHexLines } from '../../lib/bytes-view.ts'
import { formatBytes, formatInstant, plural } from '../../lib/format.ts'
import { type SecretValue, secretOf } from '../../lib/secret-value.ts'
import { useApp, useDecoded, useDetail } from '../../stores/context.ts'
import styles from './Decoded.module.css'
import tree from './JsonTree.module.css'
import { LeafEditor } from './LeafEditor.tsx'

/** Entries of one level that are shown at a time. */
const PAGE = 100
/** Levels that begin open, and how many entries such a level may have. */
const OPEN = { depth: 2, entries: 24 } as const
const HEX_OCTETS = 64
const LONG_TEXT = 400

interface DecodedTreeProps {
  readonly session: DecodedSession
  /** Why nothing can be edited here at the moment; null when it can. */
  readonly blocked: string | null
}

/** What was decoded, level by level. All of it is text on the screen, whatever it says. */
export function DecodedTree({ session, blocked }: DecodedTreeProps) {
  const { root } = session
  if (root === null) return null
  return (
    <section className={tree.tree} aria-label="Decoded fields">
      <Node node={root} name={null} path={[]} session={session} blocked={blocked} />
    </section>
  )
}

interface NodeProps extends DecodedTreeProps {
  readonly node: TreeNode
  readonly name: TreeNode | string | null
  readonly path: TreePath
}

type Container = Extract<TreeNode, { type: 'list' | 'map' | 'object' }>

const isContainer = (node: TreeNode): node is Container =>
  node.type === 'list' || node.type === 'map' || node.type === 'object'

function Node(props: NodeProps) {
  return isContainer(props.node) ? <Branch {...props} node={props.node} /> : <Leaf {...props} />
}

function Branch({ node, name, path, ...rest }: NodeProps & { readonly node: Container }) {
  const children: readonly (readonly [TreeNode | string, TreeNode])[] =
    node.type === 'list' ? node.items.map((item, at) => [String(at), item] as const) : node.entries
  const [open, setOpen] = useState(
    path.length === 0 || (path.length < OPEN.depth && children.length <= OPEN.entries),
  )
  const [shown, setShown] = useState(PAGE)
  const Chevron = open ? ChevronDown : ChevronRight
  const lock = path.length === 0 ? null : lockOf(rest.session, path)
  return (
    <div>
      <button type="button" className={tree.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
        <Chevron size={12} aria-hidden />
        <span className={styles.branch}>
          <Name name={name} />
          <span className={tree.size}>{containerInWords(node, children.length)}</span>
        </span>
        {lock === null ? null : (
          <span className={styles.word} title={lock}>
            kept by the library
          </span>
        )}
      </button>
      {open ? (
        <div className={tree.children}>
          {children.slice(0, shown).map(([childName, child], at) => (
            <Node
              // Names may repeat; the place is what tells one from the other.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              key={at}
              name={childName}
              node={child}
              path={[...path, at]}
              {...rest}
            />
          ))}
          {children.length > shown ? (
            <button type="button" className={tree.toggle} onClick={() => setShown(shown + PAGE)}>
              <span className={tree.size}>
                {plural(children.length - shown, 'more entry', 'more entries')}…
              </span>
            </button>
          ) : null}
        </div>
      ) : null}
    </div>
  )
}

function containerInWords(node: Container, count: number): string {
  const of = node.of === undefined ? '' : `${node.of} `
  if (node.type === 'list') return `${of}[ ${plural(count, 'item')} ]`
  const size = `{ ${plural(count, 'key')} }`
  return node.type === 'object' ? `${node.name} ${size}` : `${of}${size}`
}

/** What of a leaf is not to be seen unasked. */
function useSecretLeaf(node: TreeNode, names: readonly string[]): SecretValue {
  const id = useDetail((state) => state.selected)
  return useMemo(() => {
    switch (node.type) {
      case 'text':
        return secretOf(node.value, names, id)
      case 'bytes':
        return secretOf({ base64: node.base64 }, names, id)
      // What it is in could not be read, so that nothing tells its name.
      case 'undecoded':
        return secretOf({ base64: node.base64 }, names, null)
      case 'number':
      case 'bigint':
      case 'date':
      case 'boolean':
        return secretOf('value', names, null)
      default:
        return { kind: 'nothing' }
    }
  }, [node, names, id])
}

function Leaf({ node, name, path, session, blocked }: NodeProps) {
  const { decoded } = useApp()
  const names = useMemo(() => namesAtPath(session.root, path), [session.root, path])
  const secret = useSecretLeaf(node, names)
  const reveal = useReveal(secret.kind !== 'nothing', `leaf:${JSON.stringify(names)}`)
  // A tree that is not edited has no draft, whatever is edited elsewhere at the same place.
  const editing = useDecoded(
    ({ draft }) => session.readOnly === null && draft !== null && same(draft.path, path),
  )
  const words = pathInWords(session.root, path)
  const why = whyFixed(node, session, path) ?? blocked
  if (editing)
    return (
      <div className={styles.editing}>
        <Name name={name} />
        <LeafEditor name={words} names={names} blocked={blocked} />
      </div>
    )
  return (
    <div className={styles.leaf} data-leaf={words}>
      <div className={styles.leafText}>
        <Name name={name} />
        {!reveal.hidden ? (
          <Value node={node} />
        ) : secret.kind === 'parts' ? (
          <Text value={secret.masked} cut={false} size={secret.masked.length} />
        ) : (
          <Dots />
        )}
        <span className={styles.word}>
          {reveal.hidden && secret.kind === 'whole' ? 'secret' : typeInWords(node)}
        </span>
        <RevealButton reveal={reveal} what={`the value of ${words}`} />
      </div>
      {session.readOnly !== null || path.length === 0 ? null : (
        <div className={styles.edit}>
          <IconButton
            icon={Pencil}
            label={`Edit ${words}`}
            blocked={why}
            onClick={() => decoded.edit(path)}
          />
        </div>
      )}
    </div>
  )
}

function Value({ node }: { readonly node: TreeNode }) {
  switch (node.type) {
    case 'text':
      return <Text value={node.value} cut={node.cut === true} size={node.size} />
    case 'bytes':
      return <Octets base64={node.base64} size={node.size} />
    case 'undecoded':
      return (
        <>
          <span className={styles.reason}>{node.reason}</span>
          <Octets base64={node.base64} size={node.size} />
        </>
      )
    case 'number':
    case 'bigint':
      return (
        <span className={tree.value} data-type="number">
          {node.text}
        </span>
      )
    case 'boolean':
      return (
        <span className={tree.value} data-type="boolean">
          {String(node.value)}
        </span>
      )
    case 'date':
      return (
        <span className={tree.value} data-type="string">
          {formatInstant(node.at)}
        </span>
      )
    case 'reference':
      return <span className={tree.size}>the same value as #{node.to}</span>
    default:
      return (
        <span className={tree.value} data-type="null">
          null
        </span>
      )
  }
}

function Text({
  value,
  cut,
  size,
}: {
  readonly value: string
  readonly cut: boolean
  readonly size: number
}) {
  const [all, setAll] = useState(false)
  const long = value.length > LONG_TEXT
  return (
    <>
      <span className={tree.value} data-type="string">
        {JSON.stringify(long && !all ? value.slice(0, LONG_TEXT) : value)}
        {(long && !all) || cut ? '…' : ''}
      </span>
      {long ? (
        <button type="button" className={styles.more} onClick={() => setAll(!all)}>
          {all ? 'Show less' : `Show ${cut ? 'more' : 'all'} of ${formatBytes(size)}`}
        </button>
      ) : null}
    </>
  )
}

function Octets({ base64, size }: { readonly base64: string; readonly size: number }) {
  const [asBase64, setAsBase64] = useState(false)
  const hex = toHexLines({ base64 }, HEX_OCTETS)
    .map((line) => line.hex)
    .join(' ')
  return (
    <>
      <span className={tree.value}>
        {asBase64 ? base64.slice(0, 4096) : hex}
        {size > HEX_OCTETS && !asBase64 ? '…' : ''}
      </span>
      <button type="button" className={styles.more} onClick={() => setAsBase64(!asBase64)}>
        {asBase64 ? 'As hex' : 'As base64'}
      </button>
    </>
  )
}

function Name({ name }: { readonly name: TreeNode | string | null }) {
  if (name === null) return null
  return <span className={tree.key}>{typeof name === 'string' ? name : nameOfEntry(name)}: </span>
}

function typeInWords(node: TreeNode): string {
  if (node.of !== undefined) return node.of
  switch (node.type) {
    case 'number':
      return node.whole ? 'integer' : 'number'
    case 'bigint':
      return 'big integer'
    case 'bytes':
      return `bytes, ${formatBytes(node.size)}`
    case 'undecoded':
      return `not decoded, ${formatBytes(node.size)}`
    case 'date':
      return node.local === true ? 'date without a zone' : 'date'
    default:
      return node.type
  }
}

function whyFixed(node: TreeNode, session: DecodedSession, path: TreePath): string | null {
  const lock = lockOf(session, path)
  if (lock !== null) return lock
  switch (node.type) {
    case 'text':
      return node.cut === true ? 'It is too long to be edited here.' : null
    case 'number':
    case 'bigint':
    case 'boolean':
    case 'null':
      return null
    case 'undecoded':
      return 'This part was not decoded, so it is not edited.'
    case 'reference':
      return 'It is the same value as another one: edit that.'
    default:
      return 'Values of this type are shown and not edited.'
  }
}

const lockOf = ({ locked }: DecodedSession, path: TreePath): string | null =>
  locked.find((kept) => kept.path.every((position, step) => path[step] === position))?.reason ?? null

const same = (a: TreePath, b: TreePath): boolean =>
  a.length === b.length && a.every((position, step) => position === b[step])
