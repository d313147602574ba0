import {
  COOKIE_LIMITS,
  type CookieEnding,
  type CookieFinding,
  type CookieOutcome,
  type CookieQuery,
  type CookieReport,
  type CookieSession,
} from '#shared/cookies.ts'
import { fromBinary, toBytes } from '../bytes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { readStored } from '../formats/read-stored.ts'
import { surveyPrefixes } from '../index/prefix-survey.ts'
import { atHand, type CookieReading, SURE } from './cookie-reading.ts'
import { lookUp } from './key-lookup.ts'
import { type PastedCookie, parsePasted } from './pasted.ts'
import { readCookie } from './readers/index.ts'
import { KeyEnds, keysOf, prefixBefore, prefixFor, type SearchKey, USUAL_PREFIXES } from './search-keys.ts'

export interface CookieSearch {
  readonly client: RedisClient
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly decoder: DecoderClient
  /** Prefixes that somebody looks at, beside the one that is listed. */
  readonly prefixes: readonly string[]
  /** How the session of a key has ended, as far as that was seen. */
  readonly endingOf: (key: Buffer) => CookieEnding | null
}

/** A cookie with what the libraries would make of it, and the keys that lead to a session of its. */
interface Candidate {
  readonly cookie: PastedCookie
  readonly readings: readonly CookieReading[]
  readonly keys: Map<string, SearchKey>
  readonly found: Map<string, SearchKey>
}

/** Sessions that are read, to tell who they are of: each may be as large as a value that is decoded. */
const MOST_READ = 40

/**
 * The sessions that cookies lead to, and why the others lead to none. First under the usual prefixes and those of interest;
 * for what is not there, in the namespaces that there are and at the end of every key that a second's look meets.
 * @throws AppError
 */
export async function findSessions(query: CookieQuery, search: CookieSearch): Promise<CookieReport> {
  const { source, cookies, more } = parsePasted(query.text)
  const secrets = [...new Set(query.secrets.filter((secret) => secret !== ''))]
  const names = new Set(cookies.flatMap(({ name }) => name ?? []))
  const candidates = cookies.map((cookie): Candidate => {
    const readings = readCookie(atHand(cookie, secrets, names))
    return { cookie, readings, keys: new Map(), found: new Map() }
  })
  const lookups = new Lookups(search)
  const of = [query.listed, ...search.prefixes]
  for (const candidate of candidates) lookups.want(candidate, of, USUAL_PREFIXES)
  await lookups.run()

  const missing = candidates.filter(({ found, keys }) => found.size === 0 && keys.size > 0)
  const complete = missing.length === 0 || (await lookElsewhere(missing, lookups, search))
  const sessions = await readSessions(candidates, query.listed, lookups.expiries, search)
  const findings = candidates.map((candidate) => toFinding(candidate, sessions, search))
  return {
    source,
    cookies: findings.sort((a, b) => RANK[a.outcome] - RANK[b.outcome]),
    more,
    keys: lookups.asked,
    refused: lookups.refused,
    complete,
  }
}

/** The keys that are to be looked up, each once. */
class Lookups {
  readonly expiries = new Map<string, number | null>()
  readonly #search: CookieSearch
  readonly #wanted = new Map<string, Candidate[]>()
  readonly #asked = new Set<string>()
  refused = 0

  constructor(search: CookieSearch) {
    this.#search = search
  }

  get asked(): number {
    return this.#asked.size
  }

  want(candidate: Candidate, before: readonly string[], after: readonly string[]): void {
    for (const reading of candidate.readings)
      for (const wanted of keysOf(reading, before, after)) this.wantKey(candidate, wanted)
  }

  wantKey(candidate: Candidate, wanted: SearchKey): void {
    const { key } = wanted
    const isOver = this.#asked.size + this.#wanted.size >= COOKIE_LIMITS.keys
    if (candidate.keys.has(key) || (isOver && !this.#wanted.has(key))) return
    candidate.keys.set(key, wanted)
    if (this.#asked.has(key)) {
      if (this.expiries.has(key)) candidate.found.set(key, wanted)
      return
    }
    const others = this.#wanted.get(key)
    if (others === undefined) this.#wanted.set(key, [candidate])
    else others.push(candidate)
  }

  async run(): Promise<void> {
    const wanted = new Map(this.#wanted)
    this.#wanted.clear()
    for (const key of wanted.keys()) this.#asked.add(key)
    const { client, clock } = this.#search
    const { found, refused } = await lookUp(client, [...wanted.keys()], clock)
    this.refused += refused
    for (const [key, expiresAt] of found) {
      this.expiries.set(key, expiresAt)
      for (const candidate of wanted.get(key) ?? []) {
        const searched = candidate.keys.get(key)
        if (searched !== undefined) candidate.found.set(key, searched)
      }
    }
  }
}

/** @returns whether every key was met */
async function lookElsewhere(
  missing: readonly Candidate[],
  lookups: Lookups,
  { client }: CookieSearch,
): Promise<boolean> {
  const idsOf = ({ keys }: Candidate) => new Set([...keys.values()].map(({ id }) => id))
  const byId = new Map<string, Candidate[]>()
  for (const candidate of missing)
    for (const id of idsOf(candidate)) byId.set(id, [...(byId.get(id) ?? []), candidate])
  const ends = new KeyEnds(byId.keys())
  const { prefixes, complete } = await surveyPrefixes(client, (key) => {
    const id = ends.idIn(key)
    if (id === null) return
    const wanted = { key, prefix: prefixBefore(key, id), id }
    for (const candidate of byId.get(id) ?? []) lookups.wantKey(candidate, wanted)
  })
  const named = prefixes.map(({ prefix }) => prefix)
  for (const candidate of missing) lookups.want(candidate, named, [])
  await lookups.run()
  return complete
}

/** Who the sessions that were found are of, by their keys. */
async function readSessions(
  candidates: readonly Candidate[],
  listed: string,
  expiries: ReadonlyMap<string, number | null>,
  { client, clock, decoder }: CookieSearch,
): Promise<ReadonlyMap<string, CookieSession>> {
  const sessions = new Map<string, CookieSession>()
  const found = new Map(candidates.flatMap((candidate) => [...candidate.found]))
  const some = [...found.values()].slice(0, MOST_READ)
  const stored = await Promise.all(
    some.map(({ key }) => readStored(client, '', toBytes(fromBinary(key)), clock).catch(() => null)),
  )
  const there = stored.filter((one) => one !== null)
  const summaries = await decoder.summarise(there)
  for (const [place, { key, prefix: foundBy }] of [...found.values()].entries()) {
    const one = stored[place] ?? null
    // It has gone since, or is one of very many.
    const summary = one === null ? null : (summaries[there.indexOf(one)] ?? null)
    const prefix = prefixFor(key, listed, foundBy)
    sessions.set(key, {
      prefix,
      id: toBytes(fromBinary(key).subarray(Buffer.byteLength(prefix))),
      type: one?.type ?? 'unknown',
      format: summary?.name ?? null,
      user: summary?.user ?? null,
      expiresAt: expiries.get(key) ?? null,
    })
  }
  return sessions
}

function toFinding(
  { cookie, readings, keys, found }: Candidate,
  sessions: ReadonlyMap<string, CookieSession>,
  { endingOf }: CookieSearch,
): CookieFinding {
  const leads = ({ ids }: CookieReading) => {
    const ends = new Set(ids.map(({ id }) => id))
    return [...found.values()].some(({ id }) => ends.has(fromBinary(id).toString()))
  }
  const told = readings.find(leads) ?? readings[0]
  if (told === undefined) throw new Error('a cookie of which no reader says anything')
  const reached = [...found.keys()].flatMap((key) => sessions.get(key) ?? [])
  const ending = reached.length > 0 ? null : endingIn(keys, endingOf)
  const canEnd = told.outcome === 'absent' || told.outcome === 'malformed'
  const outcome: CookieOutcome =
    reached.length > 0 ? 'found' : ending !== null && canEnd ? 'ended' : told.outcome
  const isNamed = told.score >= SURE.likely
  return {
    name: cookie.name,
    library: isNamed ? told.library : (reached[0]?.format ?? null),
    outcome,
    signature: told.signature,
    note: told.note,
    id: told.ids[0]?.id ?? null,
    sessions: reached.slice(0, COOKIE_LIMITS.sessions),
    ending: outcome === 'ended' ? ending : null,
    content: told.content,
  }
}

/** The last of the ends that were seen of a session under any of these keys. */
function endingIn(
  keys: ReadonlyMap<string, SearchKey>,
  endingOf: CookieSearch['endingOf'],
): CookieEnding | null {
  let last: CookieEnding | null = null
  for (const key of keys.keys()) {
    const ending = endingOf(fromBinary(key))
    if (ending !== null && ending.at > (last?.at ?? 0)) last = ending
  }
  return last
}

const RANK: Readonly<Record<CookieOutcome, number>> = {
  found: 0,
  ended: 1,
  secret: 2,
  malformed: 2,
  stateless: 3,
  protected: 3,
  absent: 4,
  other: 5,
}
