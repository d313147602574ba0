import type { FormatId } from '#shared/formats.ts'
import { LIMITS, USER_FIELD } from '#shared/model.ts'
import { RISK_THRESHOLDS, type RiskId } from '#shared/risks.ts'
import { fieldColumn } from '../index/columns.ts'
import type { RowSource } from '../index/list-observer.ts'
import type { Sliced } from '../index/sliced.ts'
import { BusyUsers } from './busy-users.ts'
import { Counts } from './counts.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import { IdGroups } from './id-groups.ts'
import { type IdQuality, judgeIds } from './id-quality.ts'
import { sessionOfMarker } from './index-members.ts'
import { endFactsOf, isReadable, kindOf, libraryOf } from './row-facts.ts'
import { judgeTtl } from './ttl-rules.ts'
import type { Verdicts } from './verdicts.ts'

export interface SurveyInput {
  readonly source: RowSource
  readonly prefix: string
  readonly verdicts: Verdicts
  /** What pointers point to, by their ids: keys, a byte a character. */
  readonly pointers: ReadonlyMap<string, string>
  /** Every key under the prefix has been met: what is not there does not exist. */
  readonly complete: boolean
  /** Epoch milliseconds. */
  readonly now: number
}

/** Those of the keys that a finding is about. */
export interface Found {
  count: number
  /** A byte a character; the first of them. */
  readonly ids: string[]
  /** Some evidence is beyond doubt, or beyond a higher threshold. */
  grave: boolean
}

export interface Survey {
  readonly rows: number
  readonly sessions: number
  readonly found: ReadonlyMap<RiskId, Found>
  /** By finding: how many, by the field, the library or the user that they have in common. */
  readonly parts: ReadonlyMap<RiskId, Counts>
  readonly readable: number
  readonly read: number
  readonly undecoded: number
  readonly tooLarge: number
  readonly otherTypes: number
  /** Ids of the largest sessions that were read, the largest first. */
  readonly largest: readonly { readonly id: string; readonly bytes: number }[]
  readonly busyUsers: ReturnType<BusyUsers['found']>
  /** Sessions from where on a user is one of them. */
  readonly busyFrom: number
  readonly ids: readonly { readonly quality: IdQuality; readonly sessions: number }[]
  /** How many sessions are in a format that keeps hashes: there, hashes that lack something are of these. */
  readonly hashSessions: number
}

/** Looks at every row once or a few times and at nothing else: it costs Redis nothing. */
export function* survey(input: SurveyInput): Sliced<Survey> {
  const { source, verdicts, now } = input
  const { table } = source
  const start = Buffer.from(input.prefix).toString('latin1')
  const users = source.place(fieldColumn(USER_FIELD))
  const findings = new Findings()
  const busy = new BusyUsers({
    least: RISK_THRESHOLDS.userSessions,
    timesUsual: RISK_THRESHOLDS.timesUsualSessions,
    always: RISK_THRESHOLDS.manyUserSessions,
  })
  const groups = new IdGroups()
  const largest: { id: string; bytes: number }[] = []
  const sums = {
    rows: 0,
    sessions: 0,
    readable: 0,
    read: 0,
    undecoded: 0,
    tooLarge: 0,
    otherTypes: 0,
    hashSessions: 0,
  }

  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % RISK_DEFAULTS.rowsAtOnce === 0) yield
    if (!table.alive(slot)) continue
    const kind = kindOf(table, slot)
    const id = table.id(slot)
    sums.rows += 1
    if (kind === 'session') {
      sums.sessions += 1
      if (table.type(slot) === 'hash') sums.hashSessions += 1
      groups.add(id, libraryOf(table, slot), table.createdAt(slot))
      const user = table.cell(slot, users)
      if (user !== null && user !== '') busy.note(user)
    }
    if (kind === 'session' || kind === 'other') {
      const risk = judgeTtl(endFactsOf(table, slot), now)
      if (risk !== null) findings.add(risk, id, libraryOf(table, slot))
    } else if (kind === 'fragment') {
      const isZombie = table.expiresAt(slot) === null
      findings.add(isZombie ? 'zombies' : 'fragments', id, null, isOurs(table.flaws(slot)))
    } else if (isOrphan(input, start, id, kind)) findings.add('orphaned_keys', id, libraryOf(table, slot))
    if (!isReadable(table, slot)) {
      if (kind === 'other') sums.otherTypes += 1
      continue
    }
    sums.readable += 1
    if (!verdicts.isRead(slot)) continue
    sums.read += 1
    const { secrets, largeField, undecoded, tooLarge } = verdicts.signature(slot)
    if (undecoded) sums.undecoded += 1
    if (tooLarge) sums.tooLarge += 1
    for (const { kind: secret, field } of secrets) findings.addPart(secret, field)
    for (const secret of new Set(secrets.map((each) => each.kind))) findings.add(secret, id, null)
    const bytes = verdicts.bytes(slot)
    keepLargest(largest, id, bytes)
    if (bytes >= RISK_THRESHOLDS.sessionBytes)
      findings.add('large_sessions', id, null, bytes >= RISK_THRESHOLDS.graveSessionBytes)
    if (largeField !== null) {
      findings.add('large_fields', id, null)
      findings.addPart('large_fields', largeField)
    }
  }

  const qualities: { readonly key: string; readonly count: number; readonly quality: IdQuality }[] = []
  for (const { key, sample, count } of groups.groups) {
    yield
    qualities.push({ key, count, quality: judgeIds(sample, count) })
  }
  const risky = new Map(
    qualities.flatMap(({ key, quality }) => (quality.risk === null ? [] : [[key, quality.risk] as const])),
  )
  // Only where there is something to find: the rows are gone through again.
  if (users >= 0) yield* countUsers(source, users, busy)
  const busyUsers = busy.found()
  if (busyUsers.length > 0 || risky.size > 0) {
    for (let slot = 0; slot < table.end; slot += 1) {
      if (slot % RISK_DEFAULTS.rowsAtOnce === 0) yield
      if (!table.alive(slot) || kindOf(table, slot) !== 'session') continue
      const id = table.id(slot)
      const user = table.cell(slot, users)
      if (user !== null && busy.has(user)) findings.add('many_sessions', id, null)
      const risk = risky.get(IdGroups.keyOf(id, libraryOf(table, slot)))
      if (risk !== undefined) findings.add(risk, id, libraryOf(table, slot))
    }
    if ((busyUsers[0]?.sessions ?? 0) >= RISK_THRESHOLDS.manyUserSessions) findings.makeGrave('many_sessions')
  }
  return {
    ...sums,
    found: findings.found,
    parts: findings.parts,
    largest,
    busyUsers,
    busyFrom: busy.threshold,
    ids: qualities.map(({ quality, count }) => ({ quality, sessions: count })),
  }
}

class Findings {
  readonly found = new Map<RiskId, Found>()
  readonly parts = new Map<RiskId, Counts>()

  add(risk: RiskId, id: string, library: FormatId | null, grave = false): void {
    let found = this.found.get(risk)
    if (found === undefined) {
      found = { count: 0, ids: [], grave: false }
      this.found.set(risk, found)
    }
    found.count += 1
    found.grave ||= grave
    if (found.ids.length < LIMITS.riskIds) found.ids.push(id)
    if (library !== null) this.addPart(risk, library)
  }

  addPart(risk: RiskId, name: string): void {
    let counts = this.parts.get(risk)
    if (counts === undefined) {
      counts = new Counts()
      this.parts.set(risk, counts)
    }
    counts.add(name)
  }

  makeGrave(risk: RiskId): void {
    const found = this.found.get(risk)
    if (found !== undefined) found.grave = true
  }
}

/** A hash with some of the store's own fields was one of its sessions. @param flaws see `FLAWS` */
const isOurs = (flaws: number): boolean => (flaws & 7) !== 7

/** @param start the prefix, a byte a character */
function isOrphan(
  { source, pointers, complete }: SurveyInput,
  start: string,
  id: string,
  kind: string,
): boolean {
  if (!complete) return false
  const target = kind === 'marker' ? sessionOfMarker(start + id) : (pointers.get(id) ?? null)
  // What lies outside of the prefix nobody has looked at.
  if (target === null || !target.startsWith(start)) return false
  return source.table.find(target.slice(start.length)) < 0
}

function keepLargest(largest: { id: string; bytes: number }[], id: string, bytes: number): void {
  if (largest.length >= RISK_DEFAULTS.largest && (largest.at(-1)?.bytes ?? 0) >= bytes) return
  const at = largest.findIndex((each) => each.bytes < bytes)
  largest.splice(at < 0 ? largest.length : at, 0, { id, bytes })
  if (largest.length > RISK_DEFAULTS.largest) largest.pop()
}

function* countUsers({ table }: RowSource, place: number, busy: BusyUsers): Sliced {
  for (let slot = 0; slot < table.end; slot += 1) {
    if (slot % RISK_DEFAULTS.rowsAtOnce === 0) yield
    if (!table.alive(slot)) continue
    const user = table.cell(slot, place)
    if (user !== null && user !== '' && kindOf(table, slot) === 'session') busy.count(user)
  }
}
