import type { Bytes } from '#shared/bytes.ts'
import { AppError } from '#shared/errors.ts'
import { LIMITS, USER_FIELD } from '#shared/model.ts'
import type { LargeSession, RiskId, RiskPage, RiskReport as RiskReportData, RiskRow } from '#shared/risks.ts'
import { fromBinary, toBinary, toBytes } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { fieldColumn } from '../index/columns.ts'
import type { SessionList } from '../index/session-list.ts'
import { runSliced } from '../index/sliced.ts'
import { RISK_DEFAULTS } from './defaults.ts'
import { findingsOf, idsInWords } from './findings.ts'
import { noteOf } from './notes.ts'
import type { OrphansOfIndex } from './orphan-search.ts'
import { Reading } from './reading.ts'
import { type Survey, survey } from './survey.ts'
import { ValueReader } from './value-reader.ts'
import { Verdicts } from './verdicts.ts'

export interface RiskReportOptions {
  readonly client: RedisClient
  readonly decoder: Pick<DecoderClient, 'inspect'>
  readonly list: SessionList
  /** Epoch milliseconds. */
  readonly clock: () => number
  /** Something in the report may be another than it was; not more often than it is surveyed. */
  readonly onChange: (revision: number) => void
  readonly onError: (error: unknown) => void
}

/**
 * The report on leaks and risks of one list. What the rows tell is surveyed again, in slices, when they have changed; values
 * are read by a pass that somebody has to ask for. What is found is counted for all, and named for the first.
 */
export class RiskReport {
  readonly list: SessionList
  readonly #options: RiskReportOptions
  readonly #verdicts: Verdicts
  readonly #pointers = new Map<string, string>()
  readonly #reading: Reading
  readonly #stopListening: () => void
  #survey: Survey | null = null
  #data: RiskReportData | null = null
  #told = ''
  #revision = 0
  #surveying: Promise<void> | null = null
  #surveyedAt = Number.NEGATIVE_INFINITY
  #cost = 0
  #timer: NodeJS.Timeout | undefined
  /** When that one is due, by `performance.now()`. */
  #due = 0
  readonly #ageTimer: NodeJS.Timeout
  #stopped = false
  #changes = 0
  #looked = true
  /** The reading goes on when somebody looks again. */
  #resumes = false

  constructor(options: RiskReportOptions) {
    this.#options = options
    this.list = options.list
    const { client, decoder, list, clock } = options
    const { table } = list.rows
    this.#verdicts = new Verdicts(table)
    this.#reading = new Reading({
      values: new ValueReader({
        client,
        decoder,
        prefix: list.prefix,
        table,
        verdicts: this.#verdicts,
        pointers: this.#pointers,
      }),
      search: { client, prefix: list.prefix, clock, table },
      isComplete: () => list.progress.phase === 'complete',
      changesSoFar: () => this.#changes,
      onChange: () => this.#schedule(),
    })
    list.carry([USER_FIELD], this)
    this.#stopListening = list.onReread((ids) => {
      for (const id of ids) this.#verdicts.forget(table.find(id))
      this.changed()
    })
    // Sessions come to their ends although no row changes.
    this.#ageTimer = setInterval(
      () => this.#schedule(RISK_DEFAULTS.surveyForTime),
      RISK_DEFAULTS.surveyForTime,
    )
    this.#ageTimer.unref()
  }

  /** Rows have changed, or the scan went on. */
  changed(): void {
    this.#changes += 1
    this.#reading.changed()
    this.#schedule()
  }

  /** The report as it is; the first is made at once. @param fresh also one that takes in what has changed a moment ago */
  async read(fresh = false): Promise<RiskReportData> {
    if (this.#data === null || fresh) await this.#makeSurvey()
    if (this.#data === null)
      throw new AppError('not_connected', 'This report was given up for another one. Ask for it again.')
    return { ...this.#data, ...this.#now() }
  }

  setReading(on: boolean): void {
    this.#resumes = false
    if (on) this.#reading.start()
    else this.#reading.stop()
  }

  /** Whether anybody looks at it: what nobody looks at is kept, and neither surveyed nor read. */
  setLooked(looked: boolean): void {
    if (looked === this.#looked) return
    this.#looked = looked
    if (looked) {
      if (this.#resumes) this.#reading.start()
      this.#resumes = false
      return
    }
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#resumes = this.#reading.isOn
    this.#reading.stop()
  }

  /** Some of the sessions that a finding is about. */
  rows(risk: RiskId, offset: number, limit: number): RiskPage {
    if (risk === 'orphaned_members') return this.#orphanRows(offset, limit)
    const ids = this.#survey?.found.get(risk)?.ids ?? []
    const { source, input } = this.#noting()
    const users = source.place(fieldColumn(USER_FIELD))
    const { table } = source
    return {
      total: ids.length,
      rows: ids.slice(offset, offset + limit).flatMap((id): RiskRow[] => {
        const slot = table.find(id)
        if (slot < 0) return []
        return [
          {
            id: toBytes(fromBinary(id)),
            inPrefix: true,
            user: table.cell(slot, users),
            state: table.state(slot),
            format: table.format(slot),
            expiresAt: table.expiresAt(slot),
            note: noteOf(risk, slot, input),
          },
        ]
      }),
    }
  }

  /** Ids of the sessions that a finding is about, for an action on them: as many as one may name. */
  ids(risk: RiskId): { readonly ids: readonly Bytes[]; readonly more: number } {
    const found = this.#survey?.found.get(risk)
    const { table } = this.list.rows
    const ids = (found?.ids ?? []).filter((id) => table.find(id) >= 0).slice(0, LIMITS.scopeIds)
    return {
      ids: ids.map((id) => toBytes(fromBinary(id))),
      more: Math.max(0, (found?.count ?? 0) - ids.length),
    }
  }

  get orphans(): readonly OrphansOfIndex[] {
    return this.#reading.orphans
  }

  /** These entries were removed, or are none any more. */
  orphansRemoved(indexes: readonly OrphansOfIndex[]): void {
    this.#reading.forgetOrphans(indexes)
  }

  stop(): void {
    this.#stopped = true
    clearTimeout(this.#timer)
    clearInterval(this.#ageTimer)
    this.#stopListening()
    this.#reading.stop()
    this.list.forget(this)
  }

  #schedule(least: number = RISK_DEFAULTS.surveyEvery): void {
    if (this.#stopped || !this.#looked || this.#data === null) return
    const rest = Math.max(least, RISK_DEFAULTS.surveyRest * this.#cost)
    const due = Math.max(performance.now(), this.#surveyedAt + rest)
    if (this.#timer !== undefined && this.#due <= due) return
    clearTimeout(this.#timer)
    this.#due = due
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#makeSurvey().catch(this.#options.onError)
    }, due - performance.now())
  }

  /** One at a time; whoever asks meanwhile gets one that begins after it. */
  async #makeSurvey(): Promise<void> {
    await this.#surveying
    this.#surveying ??= this.#surveyNow().finally(() => {
      this.#surveying = null
    })
    await this.#surveying
  }

  async #surveyNow(): Promise<void> {
    const { list } = this
    const began = performance.now()
    const now = this.#options.clock()
    this.#survey = await runSliced(
      survey({
        source: list.rows,
        prefix: list.prefix,
        verdicts: this.#verdicts,
        pointers: this.#pointers,
        complete: list.progress.phase === 'complete',
        now,
      }),
    )
    this.#surveyedAt = performance.now()
    this.#cost = this.#surveyedAt - began
    if (this.#stopped) return
    const fresh = { ...this.#compose(this.#survey, now), ...this.#now() }
    const told = JSON.stringify({ ...fresh, at: 0, revision: 0 })
    this.#data = { ...fresh, revision: this.#revision }
    if (told === this.#told) return
    this.#told = told
    this.#revision += 1
    this.#data = { ...fresh, revision: this.#revision }
    this.#options.onChange(this.#revision)
  }

  #compose(made: Survey, at: number): RiskReportData {
    const { readable, read, undecoded, tooLarge, otherTypes } = made
    const { phase, failure, indexes, orphans } = this.#reading
    const { rows: source } = this.list
    const users = source.place(fieldColumn(USER_FIELD))
    const large = (id: string, bytes: number, field: string | null): LargeSession => ({
      id: toBytes(fromBinary(id)),
      user: source.table.cell(source.table.find(id), users),
      bytes,
      field,
    })
    return {
      prefix: this.list.prefix,
      revision: this.#revision,
      at,
      rows: made.rows,
      sessions: made.sessions,
      ...this.#now(),
      values: {
        phase,
        read,
        total: readable,
        undecoded,
        tooLarge,
        otherTypes,
        indexes,
        failure: failure && { code: failure.code, message: failure.message },
      },
      findings: findingsOf(made, orphans),
      largest: made.largest.map(({ id, bytes }) => large(id, bytes, null)),
      largestFields: this.#verdicts
        .largestFields()
        .slice(0, RISK_DEFAULTS.largest)
        .map(({ id, field, bytes }) => large(id, bytes, field)),
      ids: idsInWords(made),
    }
  }

  #now(): Pick<RiskReportData, 'scanned' | 'keys' | 'phase'> {
    const { scanned, keys, phase } = this.list.progress
    return { scanned, keys, phase }
  }

  #noting() {
    const { rows: source, prefix } = this.list
    const fields = new Map(this.#verdicts.largestFields().map((field) => [field.id, field]))
    const input = {
      table: source.table,
      verdicts: this.#verdicts,
      prefix,
      largeFieldOf: (id: string) => fields.get(id) ?? null,
      now: this.#options.clock(),
    }
    return { source, input }
  }

  /** Indexes, the fullest first. */
  #orphanRows(offset: number, limit: number): RiskPage {
    const start = Buffer.from(this.list.prefix)
    const { table } = this.list.rows
    const sorted = [...this.orphans].sort((a, b) => b.count - a.count)
    return {
      total: sorted.length,
      rows: sorted.slice(offset, offset + limit).map(({ key, count }): RiskRow => {
        const inPrefix = key.subarray(0, start.length).equals(start)
        const id = inPrefix ? key.subarray(start.length) : key
        const slot = inPrefix ? table.find(toBinary(id)) : -1
        return {
          id: toBytes(id),
          inPrefix,
          user: null,
          state: 'foreign',
          format: slot < 0 ? null : table.format(slot),
          expiresAt: slot < 0 ? null : table.expiresAt(slot),
          note: count === 1 ? 'one entry' : `${count.toLocaleString('en')} entries`,
        }
      }),
    }
  }
}
