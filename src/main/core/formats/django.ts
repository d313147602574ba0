import type { InnerExpiry } from '#shared/formats.ts'
import { child, numberOf, plainText } from './nodes.ts'
import { type Content, usual } from './session-format.ts'
import { momentOf } from './who.ts'

/** What all of Django's sessions tell, however they are kept. Source: django/contrib/sessions/backends/base.py. */
export function djangoContent(content: Content): Content {
  return { ...content, ...usual(content.root), expiry: djangoExpiry(content) }
}

function djangoExpiry({ root }: Content): InnerExpiry | null {
  const expiry = child(root, '_session_expiry')
  if (expiry === null || expiry.type === 'null') return null
  if (expiry.type === 'date') return { at: expiry.at, from: '_session_expiry', enforced: false }
  const at = momentOf(plainText(expiry) ?? '')
  if (at !== null) return { at, from: '_session_expiry', enforced: false }
  const seconds = numberOf(expiry)
  return seconds === null
    ? null
    : { at: null, from: `_session_expiry: ${seconds} s after each save`, enforced: false }
}
