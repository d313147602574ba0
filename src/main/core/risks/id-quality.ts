import { RISK_THRESHOLDS } from '#shared/risks.ts'
import { isDense, isTimeOrdered, looksLikeClock } from './id-order.ts'

/** An id of the sample, and when its session began, epoch milliseconds; null where nobody knows. */
export interface SampledId {
  readonly id: string
  readonly createdAt: number | null
}

export interface IdQuality {
  readonly risk: 'guessable_ids' | 'weak_ids' | null
  /** Bits that an outsider would have to guess, at most: what cannot be seen in a sample is not counted against them. */
  readonly bits: number
  /** How it was estimated, and what stood out: a sentence. */
  readonly how: string
}

/** Ids of a sample from where on their characters are counted place by place. */
const ENOUGH = 100
/** Of a version in a UUID: what RFC 9562 says of the bits that are left to chance. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-([1-8])[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i
const UUID_VERSIONS: Readonly<Record<string, { readonly bits: number; readonly words: string }>> = {
  '1': {
    bits: 14,
    words:
      'UUIDs of version 1: the time, a counter and the machine, of which only the counter varies by chance',
  },
  '2': { bits: 6, words: 'UUIDs of version 2: the time and the machine' },
  '6': { bits: 14, words: 'UUIDs of version 6: the time, a counter and the machine' },
  '7': { bits: 74, words: 'UUIDs of version 7: they begin with the time, and 74 bits are left to chance' },
}

/**
 * What the ids of a group are worth, by a sample of them: the smaller of what their length and characters allow and of
 * what the places really vary by. Nobody can see from outside whether they come from a cryptographic generator.
 * @param sample ids of one length, without what is before their last colon
 * @param population sessions of the group, of which the sample is a part
 */
export function judgeIds(sample: readonly SampledId[], population: number): IdQuality {
  const ids = sample.map(({ id }) => id)
  const found: { bits: number; how: string }[] = [byAlphabet(ids)]
  if (ids.length >= ENOUGH) found.push(byPlaces(ids))
  const uuid = uuidVersion(ids)
  if (uuid !== null) found.push({ bits: uuid.bits, how: `They are ${uuid.words}.` })
  const dense = isDense(ids, population)
  if (dense !== null) found.push(dense)
  const clock = looksLikeClock(sample)
  if (clock !== null) found.push(clock)
  const worst = found.reduce((least, each) => (each.bits < least.bits ? each : least))
  const ordered = clock === null && uuid === null && isTimeOrdered(sample)
  const bits = Math.max(0, worst.bits)
  const how = `${worst.how}${ordered ? ' They sort by when their sessions were made, so that they tell it, and part of each can be reckoned.' : ''} Estimated from ${counted(ids.length)}.`
  return { risk: riskOf(bits, ordered), bits, how }
}

const counted = (count: number): string =>
  count === 1 ? 'one id' : `a sample of ${count.toLocaleString('en')} ids`

function riskOf(bits: number, ordered: boolean): IdQuality['risk'] {
  if (bits < RISK_THRESHOLDS.guessableBits) return 'guessable_ids'
  return bits < RISK_THRESHOLDS.weakBits || ordered ? 'weak_ids' : null
}

const ALPHABETS: readonly (readonly [pattern: RegExp, size: number, name: string])[] = [
  [/^\d+$/, 10, 'digits'],
  [/^[\da-f]+$/, 16, 'hexadecimal digits'],
  [/^[\dA-F]+$/, 16, 'hexadecimal digits'],
  [/^[\da-z]+$/, 36, 'small letters and digits'],
  [/^[\dA-Z]+$/, 36, 'capitals and digits'],
  [/^[\da-zA-Z]+$/, 62, 'letters and digits'],
]

/** The most that ids of this length and these characters can hold. Hyphens and dots that part them count for nothing. */
function byAlphabet(ids: readonly string[]): { bits: number; how: string } {
  const all = ids.join('')
  const isUuid = ids.every((id) => UUID.test(id))
  const joined = isUuid ? all.replaceAll('-', '').toLowerCase() : all
  const [, size, name] = ALPHABETS.find(([pattern]) => pattern.test(joined)) ?? [
    null,
    64,
    'characters of base64',
  ]
  const length = joined.length / ids.length
  const bits = length * Math.log2(size)
  return { bits, how: `${Math.round(length)} ${name} hold ${Math.floor(bits)} bits at most.` }
}

/** The entropy of each place by itself, summed up: an upper bound, since places may depend on each other. */
function byPlaces(ids: readonly string[]): { bits: number; how: string } {
  const length = Math.min(...ids.map((id) => id.length))
  // Whatever is beyond Latin shares counters, which makes the estimate smaller and never larger.
  const counts = new Uint32Array(256)
  let bits = 0
  let fixed = 0
  for (let place = 0; place < length; place += 1) {
    counts.fill(0)
    for (const id of ids) {
      const code = id.charCodeAt(place) & 0xff
      counts[code] = (counts[code] as number) + 1
    }
    const used = [...counts].filter((count) => count > 0)
    if (used.length === 1) fixed += 1
    bits += entropy(used, ids.length)
  }
  const same = fixed > 0 ? ` ${fixed} of their ${length} characters are the same in all.` : ''
  return { bits, how: `Their characters vary by ${Math.floor(bits)} bits at most, place by place.${same}` }
}

/** Shannon's entropy in bits, corrected for small samples as Miller and Madow do. */
function entropy(counts: readonly number[], total: number): number {
  const plain = counts.reduce((sum, count) => sum - (count / total) * Math.log2(count / total), 0)
  return counts.length === 1 ? 0 : plain + (counts.length - 1) / (2 * total * Math.LN2)
}

/** Of one id, a version may be chance: ASP.NET writes sixteen random bytes like a UUID. */
function uuidVersion(ids: readonly string[]): { readonly bits: number; readonly words: string } | null {
  if (ids.length < 2) return null
  const [first] = ids
  const version = first === undefined ? undefined : UUID.exec(first)?.[1]
  const known = version === undefined ? undefined : UUID_VERSIONS[version]
  return known !== undefined && ids.every((id) => UUID.exec(id)?.[1] === version) ? known : null
}
