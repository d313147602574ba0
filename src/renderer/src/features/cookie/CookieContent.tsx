import { ChevronDown, ChevronRight } from 'lucide-react'
import { useId, useState } from 'react'
import type { DecodedSession, TreeNode } from '#shared/formats.ts'
import { DecodedTree } from '../detail/DecodedTree.tsx'
import styles from './Cookie.module.css'

/** What a cookie that holds a session says. */
export function CookieContent({ content }: { readonly content: TreeNode }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  const Chevron = open ? ChevronDown : ChevronRight
  return (
    <div className={styles.content}>
      <button
        type="button"
        className={styles.toggle}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <Chevron size={14} aria-hidden />
        What is in it
      </button>
      {open ? (
        <div id={id} className={styles.tree}>
          <DecodedTree session={asSession(content)} blocked={null} apart />
        </div>
      ) : null}
    </div>
  )
}

/** For the tree, which shows sessions. */
const asSession = (root: TreeNode): DecodedSession => ({
  format: 'other',
  name: 'Cookie',
  encoding: '',
  confidence: 0,
  role: 'session',
  user: null,
  createdAt: null,
  lastSeenAt: null,
  expiry: null,
  root,
  undecoded: [],
  related: [],
  readOnly: 'It is in the cookie, which only the browser and the application can change.',
  locked: [],
  ttlNote: '',
})
