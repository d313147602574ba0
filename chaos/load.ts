import type { Dump } from './dump.ts'
import type { SessionModel } from './model.ts'
import { ACKNOWLEDGED, type Common, type Outcome, Visitor } from './visitor.ts'

export interface LoadOptions {
  /** Of the demo server. */
  readonly port: number
  /** Operations a second, whatever becomes of those before. */
  readonly rate: number
  readonly visitors: number
}

/** An acknowledged write that Redis does not have any more. */
export interface MissingWrite {
  readonly id: string
  readonly what: string
  /** When it was acknowledged, epoch milliseconds. */
  readonly at: number
}

export interface LoadFigures {
  readonly asked: number
  readonly acknowledged: number
  /** By why. */
  readonly failed: Readonly<Record<string, number>>
  /** Every visitor was waiting for an answer at that moment. */
  readonly unsent: number
  readonly wrong: readonly string[]
  readonly wrongCount: number
  /** When one was acknowledged for the first time after the moment that was named last, epoch milliseconds. */
  readonly resumedAt: number | null
  /** When one failed for the first time after it. */
  readonly failedAt: number | null
  /** Milliseconds that acknowledged ones took. */
  readonly p50: number
  readonly p99: number
}

export interface Verdict {
  /** Acknowledged writes that are not in Redis. */
  readonly missing: readonly MissingWrite[]
  /** What is in Redis and cannot be. */
  readonly wrong: readonly string[]
}

export interface Rebased {
  /** Sessions and increments that were acknowledged and that Redis itself has lost. */
  readonly sessions: number
  readonly increments: number
}

const TICK = 10
/** Messages of wrong answers that are kept; all are counted. */
const KEPT = 20
const LATENCIES = 20_000

/** Visitors who send so many requests a second, and know what must have become of them. */
export class Load {
  readonly #options: LoadOptions
  readonly #common: Common
  readonly #visitors: readonly Visitor[]
  readonly #idle: Visitor[]
  readonly #missing: { readonly id: string; readonly model: SessionModel; readonly at: number }[] = []
  readonly #rolledBack: MissingWrite[] = []
  readonly #failed: Record<string, number> = {}
  readonly #wrong: string[] = []
  readonly #latencies: number[] = []
  #counts = { asked: 0, acknowledged: 0, unsent: 0, wrong: 0 }
  #markedAt = Number.POSITIVE_INFINITY
  #resumedAt: number | null = null
  #failedAt: number | null = null
  #timer: NodeJS.Timeout | undefined
  #busy = 0
  #whenIdle = () => {}

  constructor(options: LoadOptions) {
    this.#options = options
    this.#common = {
      port: options.port,
      epoch: 0,
      ended: new Map(),
      loose: new Map(),
      unknownLogins: new Set(),
    }
    this.#visitors = Array.from({ length: options.visitors }, (_, index) => new Visitor(this.#common, index))
    this.#idle = [...this.#visitors]
  }

  start(): void {
    const began = performance.now()
    const before = this.#counts.asked
    this.#timer = setInterval(() => {
      const due = Math.floor(((performance.now() - began) / 1000) * this.#options.rate) + before
      while (this.#counts.asked < due) this.#ask()
    }, TICK)
  }

  /** Resolves when no request is under way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#busy > 0) {
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve
      })
    }
    for (const visitor of this.#visitors) visitor.close()
  }

  /** From here on it is noted when requests fail and are acknowledged. */
  mark(): void {
    this.#markedAt = Date.now()
    this.#resumedAt = null
    this.#failedAt = null
  }

  get figures(): LoadFigures {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN
    return {
      asked: this.#counts.asked,
      acknowledged: this.#counts.acknowledged,
      failed: { ...this.#failed },
      unsent: this.#counts.unsent,
      wrong: [...this.#wrong],
      wrongCount: this.#counts.wrong,
      resumedAt: this.#resumedAt,
      failedAt: this.#failedAt,
      p50: at(0.5),
      p99: at(0.99),
    }
  }

  /** Redis holds exactly this, and nothing can be written to it at the moment. */
  rebase(dump: Dump): Rebased {
    const { ended, loose } = this.#common
    this.#common.epoch += 1
    let [sessions, increments] = [0, 0]
    for (const visitor of this.#visitors) {
      const { session } = visitor
      if (session === null) continue
      const key = dump[session.id]
      if (key !== undefined) increments += session.rebase(key)
      else {
        if (!session.mayBeGone) sessions += 1
        visitor.session = null
      }
    }
    // A deletion that Redis has lost: the session lives again.
    for (const id of [...ended.keys()]) if (dump[id] !== undefined) ended.delete(id)
    for (const id of [...loose.keys()]) if (dump[id] === undefined) loose.delete(id)
    return { sessions, increments }
  }

  /** Compares with what is in Redis once everything is quiet. */
  verify(dump: Dump): Verdict {
    const { ended, loose, unknownLogins } = this.#common
    const missing = [...this.#rolledBack]
    const wrong: string[] = []
    const known = new Set<string>()
    for (const { session } of this.#visitors) {
      if (session === null) continue
      known.add(session.id)
      const key = dump[session.id]
      if (key === undefined) {
        if (!session.mayBeGone) missing.push(...lostOf(session, session.all, 'the session'))
        continue
      }
      const { problem, lost } = session.judge(key)
      if (problem !== null) wrong.push(`${session.id} in Redis: ${problem}`)
      missing.push(...lostOf(session, lost, 'a write'))
    }
    for (const { id, model, at } of this.#missing) {
      // What is there after all was answered wrongly; else it is gone, and counts by when it was last acknowledged.
      if (dump[id] !== undefined)
        wrong.push(`${id} was answered as gone at ${new Date(at).toISOString()} and is there`)
      else missing.push(...lostOf(model, model.all, 'the session'))
    }
    for (const [id, key] of Object.entries(dump)) {
      const endedAt = ended.get(id)
      if (endedAt !== undefined)
        missing.push({ id, what: `the deletion of ${key.fields.username}`, at: endedAt })
      else if (!known.has(id) && !loose.has(id) && !unknownLogins.has(key.fields.username ?? '')) {
        wrong.push(`${id} of ${key.fields.username ?? 'nobody'} is there, and nobody asked for it`)
      }
    }
    return { missing, wrong }
  }

  #ask(): void {
    this.#counts.asked += 1
    const visitor = this.#idle.shift()
    if (visitor === undefined) {
      this.#counts.unsent += 1
      return
    }
    this.#busy += 1
    const began = performance.now()
    const sentAt = Date.now()
    void visitor.act().then((outcome) => {
      this.#note(outcome, performance.now() - began, sentAt)
      this.#idle.push(visitor)
      this.#busy -= 1
      if (this.#busy === 0) this.#whenIdle()
    })
  }

  #note(outcome: Outcome, took: number, sentAt: number): void {
    switch (outcome.kind) {
      case 'rolled back':
        this.#rolledBack.push(...lostOf(outcome.model, outcome.lost, 'a write'))
        this.#note(ACKNOWLEDGED, took, sentAt)
        break
      case 'acknowledged':
        this.#counts.acknowledged += 1
        if (sentAt >= this.#markedAt) this.#resumedAt ??= Date.now()
        if (this.#latencies.length < LATENCIES) this.#latencies.push(took)
        else this.#latencies[this.#counts.acknowledged % LATENCIES] = took
        break
      case 'failed': {
        const why = outcome.why.slice(0, 80)
        this.#failed[why] = (this.#failed[why] ?? 0) + 1
        if (Date.now() >= this.#markedAt) this.#failedAt ??= Date.now()
        break
      }
      case 'missing':
        this.#counts.acknowledged += 1
        this.#missing.push({ id: outcome.id, model: outcome.model, at: Date.now() })
        break
      case 'wrong':
        this.#counts.wrong += 1
        if (this.#wrong.length < KEPT) this.#wrong.push(outcome.what)
    }
  }
}

const lostOf = ({ id, username }: SessionModel, moments: readonly number[], what: string): MissingWrite[] =>
  moments.map((at) => ({ id, what: `${what} of ${username}`, at }))
