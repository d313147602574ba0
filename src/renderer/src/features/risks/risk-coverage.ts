import type { RiskReport } from '#shared/risks.ts'
import { formatClock, formatCount, plural } from '../../lib/format.ts'

/** Which part of the prefix the report is about, and what was not read and why: sentences. */
export function coverageInWords({ rows, sessions, phase, scanned, keys, values, at }: RiskReport): string {
  return [
    `${plural(rows, 'key')} under the prefix ${rows === 1 ? 'was' : 'were'} judged, of which ${formatCount(sessions)} ${sessions === 1 ? 'is a session' : 'are sessions'}.`,
    phase === 'complete'
      ? null
      : `The scan has looked at ${formatCount(scanned)} of ${formatCount(keys)} keys of the database${phase === 'stopped' ? ' and is stopped' : ''}, so that there may be more.`,
    valuesInWords(values),
    values.failure === null ? null : `The reading broke off: ${values.failure.message}`,
    `As of ${formatClock(at)}.`,
  ]
    .filter((sentence) => sentence !== null)
    .join(' ')
}

function valuesInWords(values: RiskReport['values']): string {
  const { phase, read, total, undecoded, tooLarge, otherTypes, indexes } = values
  if (phase === 'idle')
    return 'Values have not been read: secrets, sizes and entries of indexes are not known yet.'
  const left = [
    undecoded > 0 ? `${formatCount(undecoded)} could not be decoded as a whole` : '',
    tooLarge > 0
      ? `${formatCount(tooLarge)} ${tooLarge === 1 ? 'is' : 'are'} larger than what is decoded`
      : '',
    otherTypes > 0
      ? `${plural(otherTypes, 'key')} of other types ${otherTypes === 1 ? 'is' : 'are'} not read`
      : '',
  ].filter(Boolean)
  const beside = left.length === 0 ? '' : `; ${left.join(', ')}`
  const looked =
    indexes === null
      ? ''
      : ` ${plural(indexes.read, 'index', 'indexes')} of sessions ${indexes.read === 1 ? 'was' : 'were'} read.`
  return `Values of ${formatCount(read)} of ${formatCount(total)} were read${beside}.${looked}`
}
