import type { HistoryOutcome, UndoConflict } from '#shared/history.ts'
import type { PrivacyView } from '#shared/mask.ts'
import { formatCount, plural } from './format.ts'
import { idInWords } from './privacy-words.ts'

/** What came of an undo or redo, as a sentence; where some of many were left alone, how many and why. */
export function takenBackInWords(
  which: UndoConflict['which'],
  { entry, counts: { done, expired, changed, gone } }: HistoryOutcome,
  view: PrivacyView,
): string {
  const whose = entry.named ? '' : ` · ${idInWords(entry.id, view)}`
  const lead = `${which === 'undo' ? 'Undone' : 'Redone'}: ${entry.label}${whose}.`
  const reasons = [
    [expired, 'expired meanwhile'],
    [changed, 'changed since'],
    [gone, 'gone since'],
  ] as const
  const left = reasons.filter(([count]) => count > 0)
  if (entry.count === 1 || left.length === 0) return lead
  const words = left.map(([count, word]) => `${formatCount(count)} ${word}`).join(', ')
  return `${lead} ${plural(done, 'session')} written, the others left alone: ${words}.`
}
