import { ChevronDown, ChevronRight, Pencil, Plus, Trash2 } from 'lucide-react'
import { type RefObject, useEffect, useMemo, useRef, useState } from 'react'
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
import { DETAIL, placeOf, returnFocus } from '../../lib/focus.ts'
import { plural } from '../../lib/format.ts'
import { type SecretValue, secretOf } from '../../lib/secret-value.ts'
import { useApp, useDecoded, useDetail } from '../../stores/context.ts'
import { AddEntry } from './AddEntry.tsx'
import styles from './Decoded.module.css'
import { Text, typeInWords, Value } from './DecodedValue.tsx'
import { type Container, isContainer, lockOf, whyFixed, whyNoEntry, whyNotRemoved } from './decoded-edits.ts'
import tree from './JsonTree.module.css'
import { LeafEditor } from './LeafEditor.tsx'
import { RemoveEntryDialog } from './RemoveEntryDialog.tsx'

/** Entries of one level that are shown at a time. */
const PAGE = 100
/** Levels that begin open, and how many entries such a level may have. */
const OPEN = { depth: 2, entries: 24 } as const

interface DecodedTreeProps {
  readonly session: DecodedSession
  /** Why nothing can be edited here at the moment; null when it can. */
  readonly blocked: string | null
  /** It is not of the session that is open, so that what is revealed of it is not revealed there. @default false */
  readonly apart?: boolean
}

/** What was decoded, level by level. All of it is text on the screen, whatever it says. */
export function DecodedTree({ session, blocked, apart = false }: DecodedTreeProps) {
  const { root } = session
  const section = useRef<HTMLElement>(null)
  const [removing, setRemoving] = useState<TreePath | null>(null)
  useFocusAfterEdit(section)
  if (root === null) return null
  return (
    <section ref={section} className={tree.tree} aria-label="Decoded fields">
      <Node
        node={root}
        name={null}
        path={[]}
        parent={null}
        session={session}
        blocked={blocked}
        apart={apart}
        onRemove={setRemoving}
      />
      {removing === null ? null : (
        <RemoveEntryDialog path={removing} blocked={blocked} onClose={() => setRemoving(null)} />
      )}
    </section>
  )
}

interface NodeProps extends DecodedTreeProps {
  readonly node: TreeNode
  readonly name: TreeNode | string | null
  readonly path: TreePath
  /** What it lies in; null for the root. */
  readonly parent: Container | null
  readonly onRemove: (path: TreePath) => void
}

function Node(props: NodeProps) {
  return isContainer(props.node) ? <Branch {...props} node={props.node} /> : <Leaf {...props} />
}

function Branch({ node, name, path, parent, ...rest }: NodeProps & { readonly node: Container }) {
  const { decoded } = useApp()
  const children: readonly (readonly [TreeNode | string, TreeNode])[] =
    node.type === 'list' ? node.items.map((item, at) => [String(at), item] as const) : node.entries
  const [open, setOpen] = useState(
    path.length === 0 || (path.length < OPEN.depth && children.length <= OPEN.entries),
  )
  const [shown, setShown] = useState(PAGE)
  const { session, blocked } = rest
  const adding = useDraftAt(session, path, 'add')
  const isOpen = open || adding
  const Chevron = isOpen ? ChevronDown : ChevronRight
  const lock = path.length === 0 ? null : lockOf(session, path)
  const words = pathInWords(session.root, path)
  return (
    <div data-branch={words}>
      <div className={styles.leaf}>
        <button
          type="button"
          className={`${tree.toggle} ${styles.toggle}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
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
        {session.readOnly !== null ? null : (
          <div className={styles.edit} data-always={path.length === 0 || undefined}>
            <IconButton
              icon={Plus}
              label={path.length === 0 ? 'Add a field' : `Add to ${words}`}
              blocked={whyNoEntry(node, session, path) ?? blocked}
              onClick={() => decoded.add(path)}
            />
            {parent === null ? null : <RemoveButton parent={parent} path={path} words={words} props={rest} />}
          </div>
        )}
      </div>
      {isOpen ? (
        <div className={tree.children}>
          {children.slice(0, shown).map(([childName, child], at) => (
            <Node
              // Names may repeat; the place is what tells one from the other.
              // biome-ignore lint/suspicious/noArrayIndexKey: see above
              key={at}
              name={childName}
              node={child}
              path={[...path, at]}
              parent={node}
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
          {adding ? (
            <div className={styles.editing}>
              <AddEntry to={words} blocked={blocked} />
            </div>
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

function Leaf({ node, name, path, parent, ...rest }: NodeProps) {
  const { session, blocked, apart = false } = rest
  const { decoded } = useApp()
  const names = useMemo(() => namesAtPath(session.root, path), [session.root, path])
  const secret = useSecretLeaf(node, names)
  const place = apart ? undefined : `leaf:${JSON.stringify(names)}`
  const reveal = useReveal(secret.kind !== 'nothing', place)
  const editing = useDraftAt(session, path, 'set')
  const words = pathInWords(session.root, path)
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
      {session.readOnly !== null || parent === null ? null : (
        <div className={styles.edit}>
          <IconButton
            icon={Pencil}
            label={`Edit ${words}`}
            blocked={whyFixed(node, session, path) ?? blocked}
            onClick={() => decoded.edit(path)}
          />
          <RemoveButton parent={parent} path={path} words={words} props={rest} />
        </div>
      )}
    </div>
  )
}

interface RemoveButtonProps {
  readonly parent: Container
  readonly path: TreePath
  readonly words: string
  readonly props: Pick<NodeProps, 'session' | 'blocked' | 'onRemove'>
}

function RemoveButton({ parent, path, words, props: { session, blocked, onRemove } }: RemoveButtonProps) {
  return (
    <IconButton
      icon={Trash2}
      label={`Remove ${words}`}
      tone="danger"
      blocked={whyNotRemoved(parent, session, path) ?? blocked}
      onClick={() => onRemove(path)}
    />
  )
}

function Name({ name }: { readonly name: TreeNode | string | null }) {
  if (name === null) return null
  return <span className={tree.key}>{typeof name === 'string' ? name : nameOfEntry(name)}: </span>
}

/** The editor takes the focus along when it closes: it goes to what was edited, else to the pane. */
function useFocusAfterEdit(section: RefObject<HTMLElement | null>) {
  const draft = useDecoded((state) => state.draft)
  const before = useRef(draft)
  useEffect(() => {
    const left = before.current
    before.current = draft
    if (left === null || draft !== null) return
    const attribute = left.kind === 'set' ? 'leaf' : 'branch'
    const place = [...(section.current?.querySelectorAll<HTMLElement>(`[data-${attribute}]`) ?? [])].find(
      ({ dataset }) => dataset[attribute] === left.names.join('.'),
    )
    const buttons = [...(place?.querySelectorAll<HTMLElement>('button') ?? [])]
    const pane = placeOf(DETAIL)
    returnFocus([buttons[0], pane].filter((element) => element != null))
  }, [section, draft])
}

/** Whether something is typed there. A tree that is not edited has no draft, whatever is edited elsewhere at the same place. */
const useDraftAt = (session: DecodedSession, path: TreePath, kind: 'set' | 'add'): boolean =>
  useDecoded(({ draft }) => session.readOnly === null && draft?.kind === kind && same(draft.path, path))

const same = (a: TreePath, b: TreePath): boolean =>
  a.length === b.length && a.every((position, step) => position === b[step])
