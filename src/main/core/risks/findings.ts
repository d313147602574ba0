import {
  RISK_IDS,
  RISK_THRESHOLDS,
  type RiskFinding,
  type RiskId,
  type RiskPart,
  SEVERITIES,
  type Severity,
} from '#shared/risks.ts'
import { toBytes } from '../bytes.ts'
import { FORMATS } from '../formats/registry.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import type { OrphansOfIndex } from './orphan-search.ts'
import type { Found, Survey } from './survey.ts'

/** As grave as it is by itself; where two are named, the second is that of one which is beyond doubt or very large. */
const GRAVITY: Readonly<Record<RiskId, readonly [Severity, Severity?]>> = {
  guessable_ids: ['high'],
  passwords: ['high'],
  private_keys: ['high'],
  cards: ['high'],
  no_ttl: ['high'],
  zombies: ['low', 'high'],
  tokens: ['medium'],
  ended_inside: ['medium'],
  ttl_disagrees: ['medium'],
  fragments: ['low', 'medium'],
  large_sessions: ['low', 'medium'],
  large_fields: ['low'],
  many_sessions: ['low', 'medium'],
  weak_ids: ['low'],
  orphaned_members: ['low'],
  orphaned_keys: ['low'],
  other_secrets: ['low'],
  unknown_no_ttl: ['low'],
}

/** What a survey and the indexes come to, the gravest first. */
export function findingsOf(survey: Survey, orphans: readonly OrphansOfIndex[]): readonly RiskFinding[] {
  const findings: RiskFinding[] = []
  for (const id of RISK_IDS) {
    const found = survey.found.get(id)
    if (found !== undefined) findings.push(toFinding(id, found, survey))
  }
  const members = orphans.reduce((sum, { count }) => sum + count, 0)
  if (members > 0) {
    findings.push({
      id: 'orphaned_members',
      severity: 'low',
      count: members,
      kept: orphans.length,
      ...top(orphans.map(({ key, count }): RiskPart => ({ kind: 'index', name: toBytes(key), count }))),
      how: null,
    })
  }
  const rank = ({ id, severity }: RiskFinding) =>
    SEVERITIES.indexOf(severity) * RISK_IDS.length + RISK_IDS.indexOf(id)
  return findings.sort((a, b) => rank(a) - rank(b))
}

function toFinding(id: RiskId, { count, ids, grave }: Found, survey: Survey): RiskFinding {
  const [plain, most = plain] = GRAVITY[id]
  // Among sessions that are hashes, a hash that lacks something was one of them.
  const isSure = (id === 'zombies' || id === 'fragments') && survey.hashSessions > 0
  return {
    id,
    severity: grave || isSure ? most : plain,
    count,
    kept: ids.length,
    ...partsOf(id, survey),
    how: howOf(id, survey, isSure || grave),
  }
}

function partsOf(id: RiskId, survey: Survey): Pick<RiskFinding, 'parts' | 'moreParts'> {
  if (id === 'many_sessions')
    return top(
      survey.busyUsers.map(({ user, sessions }): RiskPart => ({ kind: 'user', name: user, count: sessions })),
    )
  const counts = survey.parts.get(id)
  if (counts === undefined) return { parts: [], moreParts: 0 }
  const { names, more } = counts.top(RISK_DEFAULTS.parts)
  return {
    parts: names.map(([name, count]): RiskPart => {
      const library = FORMATS.find((format) => format.id === name)
      return library === undefined
        ? { kind: 'field', name, count }
        : { kind: 'library', name: library.name, count }
    }),
    moreParts: more,
  }
}

const top = (parts: readonly RiskPart[]): Pick<RiskFinding, 'parts' | 'moreParts'> => {
  const most = RISK_DEFAULTS.parts
  const sorted = [...parts].sort((a, b) => b.count - a.count)
  return { parts: sorted.slice(0, most), moreParts: Math.max(0, sorted.length - most) }
}

function howOf(id: RiskId, survey: Survey, isSure: boolean): string | null {
  if (id === 'guessable_ids' || id === 'weak_ids') {
    // The worst of them, since that is what somebody would begin with.
    const [worst] = survey.ids
      .filter(({ quality }) => quality.risk === id)
      .sort((a, b) => a.quality.bits - b.quality.bits)
    return worst?.quality.how ?? null
  }
  if (id === 'many_sessions' && survey.busyFrom > RISK_THRESHOLDS.userSessions)
    return `Most users have several sessions here, so that only ${survey.busyFrom} or more stand out.`
  if ((id === 'zombies' || id === 'fragments') && !isSure)
    return 'Nothing else under the prefix is a session that is a hash, so that these may be something else altogether.'
  return null
}

/** What the ids are worth, for a report that finds nothing wrong with them. */
export function idsInWords({ ids }: Survey): string | null {
  const [largest] = [...ids].sort((a, b) => b.sessions - a.sessions)
  return largest?.quality.how ?? null
}
