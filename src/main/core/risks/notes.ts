import { RESERVED_FIELDS } from '#shared/model.ts'
import { RISK_THRESHOLDS, type RiskId } from '#shared/risks.ts'
import { fromBinary } from '../bytes.ts'
import { springKeyOf } from '../formats/spring-keys.ts'
import { FLAWS } from '../index/judge.ts'
import type { RowTable } from '../index/row-table.ts'
import { endFactsOf } from './row-facts.ts'
import { SECRET_KINDS } from './secrets.ts'
import type { Verdicts } from './verdicts.ts'

interface NoteInput {
  readonly table: RowTable
  readonly verdicts: Verdicts
  readonly prefix: string
  readonly largeFieldOf: (id: string) => { readonly field: string; readonly bytes: number } | null
  /** Epoch milliseconds. */
  readonly now: number
}

/** What is so about one session, in a few words, none of which is a value. */
export function noteOf(risk: RiskId, slot: number, input: NoteInput): string | null {
  const { table, verdicts, prefix, now } = input
  const id = table.id(slot)
  switch (risk) {
    case 'zombies':
    case 'fragments':
      return springKeyOf(prefix + fromBinary(id).toString())?.kind === 'session'
        ? 'lacks creationTime, lastAccessedTime or maxInactiveInterval'
        : lackingInWords(table.flaws(slot))
    case 'ttl_disagrees':
    case 'ended_inside': {
      const { expiresAt, inside } = endFactsOf(table, slot)
      if (inside === null) return null
      if (risk === 'ended_inside')
        return `over for ${duration(now - inside.at)}${expiresAt === null ? ', without TTL' : ''}`
      const difference = (expiresAt ?? 0) - inside.at
      return `Redis ends it ${duration(Math.abs(difference))} ${difference < 0 ? 'earlier' : 'later'} than it says inside`
    }
    case 'large_sessions':
      return sizeInWords(verdicts.bytes(slot), verdicts.signature(slot).tooLarge)
    case 'large_fields': {
      const large = input.largeFieldOf(id)
      const name = large?.field ?? verdicts.signature(slot).largeField
      return name === null ? null : `${name}${large === null ? '' : `, ${sizeInWords(large.bytes, false)}`}`
    }
    case 'orphaned_keys': {
      const expired = springKeyOf(prefix + fromBinary(id).toString())?.kind === 'expires'
      return expired ? 'marks the expiry of a session that is gone' : 'points to a session that is gone'
    }
    default: {
      if (!SECRET_KINDS.some((kind) => kind === risk)) return null
      const fields = verdicts.signature(slot).secrets.filter(({ kind }) => kind === risk)
      return fields.length === 0 ? null : fields.map(({ field }) => field).join(', ')
    }
  }
}

function lackingInWords(flaws: number): string {
  const lacking = RESERVED_FIELDS.filter((_, position) => flaws & (1 << position))
  if (lacking.length === 0) return flaws & FLAWS.badTtl ? 'its session_ttl is no whole number' : ''
  return lacking.length === RESERVED_FIELDS.length
    ? 'lacks all of the store’s own fields'
    : `lacks ${lacking.join(' and ')}`
}

const UNITS: readonly (readonly [milliseconds: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
]

function duration(milliseconds: number): string {
  const [size, unit] = UNITS.find(([length]) => milliseconds >= length) ?? [1000, 's']
  return `${Math.floor(milliseconds / size).toLocaleString('en')} ${unit}`
}

function sizeInWords(bytes: number, atLeast: boolean): string {
  const more = atLeast ? 'more than ' : ''
  return bytes >= RISK_THRESHOLDS.graveSessionBytes
    ? `${more}${(bytes / 1024 / 1024).toFixed(1)} MB`
    : `${more}${(bytes / 1024).toFixed(1)} KB`
}
