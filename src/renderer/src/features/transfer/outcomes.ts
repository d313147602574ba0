import type { ImportOutcome, ImportState } from '#shared/transfer.ts'

interface OutcomeWords {
  /** Of the dry run, and of the run. */
  readonly would: string
  readonly did: string
  readonly tone: 'calm' | 'plain' | 'amber' | 'red'
}

/** In the order in which they are listed: what is written first, then what is not. */
export const OUTCOMES: readonly (readonly [ImportOutcome, OutcomeWords])[] = [
  ['created', { would: 'Would be created', did: 'Created', tone: 'calm' }],
  ['replaced', { would: 'Would be replaced', did: 'Replaced', tone: 'amber' }],
  ['identical', { would: 'There already, the same', did: 'There already, the same', tone: 'plain' }],
  ['kept', { would: 'Exist and differ, would be kept', did: 'Existed and differed, kept', tone: 'plain' }],
  [
    'changed',
    { would: 'Changed meanwhile', did: 'Changed since the dry run, left as they are', tone: 'amber' },
  ],
  [
    'expired',
    { would: 'Time has run out, not brought back', did: 'Time has run out, not brought back', tone: 'plain' },
  ],
  ['refused', { would: 'Cannot be restored here', did: 'Could not be restored here', tone: 'red' }],
  ['failed', { would: 'Failed', did: 'Failed', tone: 'red' }],
  ['invalid', { would: 'Cannot be read', did: 'Could not be read', tone: 'red' }],
]

/** Sessions that are written, or would be. */
export const writesOf = ({ counts }: ImportState): number => counts.created + counts.replaced
