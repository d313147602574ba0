import type { DecodedSession, RelatedFate, RelatedKey } from '#shared/formats.ts'
import { fromBytes } from '../bytes.ts'
import { ClusterClient } from '../connection/cluster-client.ts'
import { slotOf } from '../connection/key-slot.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { toAppError } from '../connection/redis-errors.ts'
import type { SharedPart } from '../store/key-state.ts'

/** A further key that a deleted session takes along, or what of it. */
export interface RelatedPart {
  readonly key: Buffer
  readonly related: RelatedKey
  /** `whole`: the key is this session's alone. */
  readonly part: { readonly kind: 'whole' } | Pick<SharedPart, 'kind' | 'word'>
}

/** What goes with a session: keys of its own, its member of sets, and pointers while they lead to it. */
export function relatedParts({ related }: Pick<DecodedSession, 'related'>): readonly RelatedPart[] {
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

async function isThere(client: RedisClient, { key, part }: RelatedPart): Promise<boolean> {
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
