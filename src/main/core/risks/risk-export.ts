import { createHash, randomBytes } from 'node:crypto'
import { type Bytes, bytesId } from '#shared/bytes.ts'
import { RISK_WORDS } from '#shared/risk-words.ts'
import { RISK_THRESHOLDS, type RiskReport as RiskReportData } from '#shared/risks.ts'
import type { RiskReport } from './risk-report.ts'

/** Sessions that are listed of each finding. */
const LISTED = 1000

/**
 * A report as JSON text; docs/risks.md has its shape. It holds names of fields and no value. Ids, users and keys of indexes
 * are masked unless they are wanted: the same one always by the same pseudonym within a file, and another in the next.
 */
export async function exportReport(report: RiskReport, named: boolean): Promise<string> {
  const data = await report.read(true)
  const hide = named ? (name: Bytes): unknown => name : pseudonyms()
  const large = ({ id, user, bytes, field }: RiskReportData['largest'][number]) => ({
    id: hide(id),
    user: user === null ? null : hide(user),
    bytes,
    ...(field === null ? {} : { field }),
  })
  const file = {
    format: 'redis-session-inspector-risks',
    version: 1,
    prefix: data.prefix,
    at: new Date(data.at).toISOString(),
    names: named ? 'as they are' : 'masked',
    thresholds: RISK_THRESHOLDS,
    covered: {
      keys: data.rows,
      sessions: data.sessions,
      scan: data.phase,
      scanned: data.scanned,
      of: data.keys,
      values: { ...data.values, failure: data.values.failure?.message ?? null },
    },
    ids: data.ids,
    findings: data.findings.map((finding) => {
      const { title, what, why, source, advice } = RISK_WORDS[finding.id]
      const { rows } = report.rows(finding.id, 0, LISTED)
      return {
        id: finding.id,
        severity: finding.severity,
        title,
        what,
        why,
        how: finding.how,
        source,
        advice,
        count: finding.count,
        parts: finding.parts.map(({ kind, name, count }) => ({
          [kind]: kind === 'user' || kind === 'index' ? hide(name) : name,
          count,
        })),
        ...(finding.moreParts > 0 ? { moreParts: finding.moreParts } : {}),
        listed: rows.map(({ id, user, format, expiresAt, note }) => ({
          id: hide(id),
          user: user === null ? null : hide(user),
          ...(format === null ? {} : { library: format.name }),
          expiresAt: expiresAt === null ? null : new Date(expiresAt).toISOString(),
          ...(note === null ? {} : { note }),
        })),
      }
    }),
    largest: { sessions: data.largest.map(large), fields: data.largestFields.map(large) },
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** `#4f2a91c0de`: of a hash with a secret that is forgotten with the export, so that nobody can try names out. */
function pseudonyms(): (name: Bytes) => string {
  const secret = randomBytes(32)
  return (name) => `#${createHash('sha256').update(secret).update(bytesId(name)).digest('hex').slice(0, 10)}`
}
