import { isUtf8 } from 'node:buffer'
import type { InnerExpiry, Moment, TreeEntry, TreeNode } from '#shared/formats.ts'
import { type Budget, Undecodable } from './budget.ts'
import { ByteReader } from './byte-reader.ts'
import { Nodes, whole } from './nodes.ts'
import { type Parsed, runParser } from './parsed.ts'
import {
  type Content,
  contentOf,
  never,
  type SessionFormat,
  SURE,
  usual,
  usualSummary,
} from './session-format.ts'
import type { StoredSession } from './stored-session.ts'
import { isTelling } from './who.ts'

/**
 * ASP.NET Core's session in its distributed cache on Redis: `{InstanceName}{guid}`, a hash of `absexp`, `sldexp` and
 * `data`. Sources: Microsoft.AspNetCore.Session's DistributedSession.cs and SessionExtensions.cs,
 * Microsoft.Extensions.Caching.StackExchangeRedis' RedisCache.cs.
 */
const FIELDS = ['absexp', 'sldexp', 'data']
const REVISION = 2
const ID_BYTES = 16
/** Milliseconds: .NET counts from the year 1 on. */
const TO_1970 = 62_135_596_800_000
const INT_BYTES = 4

export const aspnetCore: SessionFormat = {
  id: 'aspnet-core',
  name: 'ASP.NET Core',
  fields: FIELDS,
  ttlNote: 'Each read sets the TTL anew, to the sliding time (sldexp), at most until absexp.',
  readOnly:
    'The cache keeps no types, so that a value might be written in another form than the application reads.',
  detect({ type, fields }) {
    if (type !== 'hash') return SURE.no
    const data = fields.get('data')
    if (data === null || fields.get('sldexp') === null || fields.get('absexp') === null) return SURE.no
    // Other caches of the application lie in the same layout.
    return data[0] === REVISION && data.length >= 4 + ID_BYTES ? SURE.certain : SURE.no
  },
  isHostile: never,
  summarise(stored, budget) {
    const data = stored.fields.get('data')
    const root = data === null ? null : parseData(data, budget, isTelling).root
    return {
      encoding: 'ASP.NET Core session',
      ...usualSummary(root),
      lastSeenAt: lastSeen(stored)?.at ?? null,
      expiry: expiryOf(stored),
      lifetime: slidingSeconds(stored),
    }
  },
  decode(stored, budget): Content {
    const data = stored.fields.get('data')
    if (data === null) throw new Undecodable('Its field data is missing.')
    const content = contentOf(parseData(data, budget), 'ASP.NET Core session', data.length)
    return { ...content, ...usual(content.root), lastSeenAt: lastSeen(stored), expiry: expiryOf(stored) }
  },
}

/** Version, count (3 bytes), id, and for each value the length of its name (2), the name, its length (4), the value. */
function parseData(
  data: Buffer,
  budget: Budget,
  isWanted: ((name: string) => boolean) | null = null,
): Parsed {
  const reader = new ByteReader(data)
  const nodes = new Nodes(budget)
  return runParser(
    (into) => {
      const revision = reader.u8()
      if (revision !== REVISION)
        throw new Undecodable(`Version ${revision} of the layout is not known; 2 is.`)
      const count = (reader.u8() << 16) | reader.u16()
      reader.take(ID_BYTES)
      const entries: TreeEntry[] = []
      into({ type: 'map', entries })
      for (let left = count; left > 0; left -= 1) {
        budget.item()
        const name = reader.take(reader.u16())
        const value = reader.take(reader.u32())
        if (isWanted !== null && !isWanted(name.toString())) continue
        budget.item()
        entries.push([nodes.text(name), valueIn(value, nodes)])
      }
    },
    () => reader.at,
  )
}

/** SetString writes UTF-8 and SetInt32 four bytes; nothing tells them apart but their looks. */
function valueIn(bytes: Buffer, nodes: Nodes): TreeNode {
  if (isUtf8(bytes) && !hasControls(bytes)) return nodes.text(bytes)
  return bytes.length === INT_BYTES ? whole(bytes.readInt32BE(0), 'Int32') : nodes.bytes(bytes)
}

const hasControls = (bytes: Buffer): boolean =>
  bytes.some((byte) => (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) || byte === 0x7f)

/**
 * Milliseconds of a field in ticks of 100 ns, of which the last four digits are less than one: with them it would be no
 * whole number that a double holds. Null for -1, which is none, and for what is no number.
 */
function milliseconds({ fields }: StoredSession, name: string): number | null {
  const text = fields.get(name)?.toString('latin1') ?? ''
  return /^\d{1,19}$/.test(text) ? Number(text.slice(0, -4)) : null
}

function expiryOf(stored: StoredSession): InnerExpiry | null {
  const absolute = milliseconds(stored, 'absexp')
  const sliding = slidingSeconds(stored)
  if (absolute !== null) {
    // With a sliding time too, Redis's TTL is whichever of the two is sooner.
    return { at: absolute - TO_1970, from: 'absexp', ...(sliding === null ? {} : { slides: true }) }
  }
  if (sliding === null) return null
  return { at: null, from: `sldexp: ${sliding} s after each access` }
}

function slidingSeconds(stored: StoredSession): number | null {
  const sliding = milliseconds(stored, 'sldexp')
  return sliding === null ? null : sliding / 1000
}

function lastSeen(stored: StoredSession): Moment | null {
  const sliding = milliseconds(stored, 'sldexp')
  if (sliding === null || typeof stored.expiresAt !== 'number' || milliseconds(stored, 'absexp') !== null)
    return null
  return { at: stored.expiresAt - sliding, from: 'Redis’s expiry − sldexp' }
}
