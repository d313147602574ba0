import type { RelatedFate, RelatedKey } from '#shared/formats.ts'
import { fromBytes } from '../bytes.ts'
import { ClusterClient } from '../connection/cluster-client.ts'
import { slotOf } from '../connection/key-slot.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import type { StoredSession } from '../formats/stored-session.ts'
import type { SharedPart } from '../store/key-state.ts'

/** A further key that a deleted session takes along, or what of it. */
export interface RelatedPart {
  readonly key: Buffer
  readonly related: RelatedKey
  /** `whole`: the key is this session's alone. */
  readonly part: { readonly kind: 'whole' } | Pick<SharedPart, 'kind' | 'word'>
}

/**
 * What goes with some sessions: keys of their own, their members of sets, and pointers while they lead to them.
 * @param stored with its value or all of its fields as a whole; null for a key that is not there
 * @returns in their order; null for one that cannot be decoded, so that it cannot be told
 */
export async function readParts(
  decoder: Pick<DecoderClient, 'related'>,
  stored: readonly (StoredSession | null)[],
): Promise<readonly (readonly RelatedPart[] | null)[]> {
  const there = stored.filter((one) => one !== null)
  const found = await decoder.related(there)
  return stored.map((one) => {
    if (one === null) return []
    const related = found[there.indexOf(one)] ?? null
    return related === null ? null : partsOf(related)
  })
}

function partsOf(related: readonly RelatedKey[]): readonly RelatedPart[] {
  return related.flatMap((one): readonly RelatedPart[] => {
    const key = fromBytes(one.key)
    if (one.member !== null)
      return [{ key, related: one, part: { kind: 'member', word: fromBytes(one.member) } }]
    if (one.holds !== undefined)
      return [{ key, related: one, part: { kind: 'pointer', word: fromBytes(one.holds) } }]
    return one.owned ? [{ key, related: one, part: { kind: 'whole' } }] : []
  })
}

/** Whether one step can be about both: of a cluster's keys only where they lie in one slot. */
export const inOneStep = (client: RedisClient, key: Buffer, other: Buffer): boolean =>
  !(client instanceof ClusterClient) || slotOf(key) === slotOf(other)

/**
 * What would become of each that is there now, before the session is deleted. Those that are not there are left out: of
 * Spring's two repositories one has none.
 * @param key the session's @throws AppError
 */
export async function relatedFates(
  client: RedisClient,
  key: Buffer,
  parts: readonly RelatedPart[],
): Promise<readonly RelatedFate[]> {
  try {
    const there = await Promise.all(parts.map((part) => isThere(client, part)))
    return parts
      .filter((_, at) => there[at])
      .map(({ key: other, related, part }) => ({
        key: related.key,
        what: related.what,
        part: part.kind,
        stays: inOneStep(client, key, other)
          ? null
          : 'It lies in another slot of the cluster, where one step cannot reach both.',
      }))
  } catch (error) {
    throw toAppError(error)
  }
}

/** Whether there is such a key now, with the session in it or leading to it. */
export async function isThere(
  client: RedisClient,
  { key, part }: Pick<RelatedPart, 'key' | 'part'>,
): Promise<boolean> {
  const type = await client.type(key)
  switch (part.kind) {
    case 'whole':
      return type !== 'none'
    case 'member':
      return type === 'set' && (await client.sismember(key, part.word)) === 1
    case 'pointer':
      return type === 'string' && ((await client.getBuffer(key))?.equals(part.word) ?? false)
  }
}
