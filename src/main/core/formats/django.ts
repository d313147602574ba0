import type { InnerExpiry, TreeNode } from '#shared/formats.ts'
import { child, numberOf, plainText } from './nodes.ts'
import { type Content, type Summary, usual, usualSummary } from './session-format.ts'
import { momentOf } from './who.ts'

/** What all of Django's sessions tell, however they are kept. Source: django/contrib/sessions/backends/base.py. */
export function djangoContent(content: Content): Content {
  return { ...content, ...usual(content.root), expiry: djangoExpiry(content.root) }
}

export function djangoSummary(root: TreeNode | null): Summary {
  const seconds = numberOf(child(root, '_session_expiry'))
  const expiry = djangoExpiry(root)
  return {
    ...usualSummary(root),
    expiry,
    lifetime: expiry?.at === null && seconds !== null && seconds > 0 ? seconds : null,
  }
}

function djangoExpiry(root: TreeNode | null): InnerExpiry | null {
  const expiry = child(root, '_session_expiry')
  if (expiry === null || expiry.type === 'null') return null
  if (expiry.type === 'date') return { at: expiry.at, from: '_session_expiry' }
  const at = momentOf(plainText(expiry) ?? '')
  if (at !== null) return { at, from: '_session_expiry' }
  const seconds = numberOf(expiry)
  return seconds === null ? null : { at: null, from: `_session_expiry: ${seconds} s after each save` }
}
