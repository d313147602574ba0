import type { RelatedFate } from '#shared/formats.ts'
import type { Handlers } from '../dispatch.ts'
import { readStored } from '../formats/read-stored.ts'
import { keyOf } from '../index/session-detail.ts'
import type { DecodedContext } from './decoded-handlers.ts'
import type { KeyRef } from './key-editor.ts'
import { inOneStep, type RelatedPart, readParts, relatedFates } from './related-keys.ts'

type RelatedCalls = 'session.related' | 'session.deleteKey'

/** The calls that delete a key, with what its library keeps beside it. */
export function createRelatedHandlers({
  connected,
  writing,
  wrote,
  clock,
  decoder,
}: DecodedContext): Pick<Handlers, RelatedCalls> {
  const partsOf = async ({ prefix, id }: KeyRef): Promise<readonly RelatedPart[]> => {
    const stored = await readStored(connected().client, prefix, id, clock)
    const [parts] = await readParts(decoder, [stored])
    return parts ?? []
  }
  return {
    'session.related': async (ref): Promise<readonly RelatedFate[]> =>
      relatedFates(connected().client, keyOf(ref.prefix, ref.id), await partsOf(ref)),
    'session.deleteKey': async ({ prefix, id, state, type, fingerprint, related = false }) => {
      const ref = { prefix, id }
      const workspace = connected()
      const parts = related ? await partsOf(ref) : []
      const along = parts.filter(({ key }) => inOneStep(workspace.client, keyOf(prefix, id), key))
      await writing().editor(prefix, 'Deleted').deleteKey(ref, { state, type }, fingerprint, along)
      wrote(ref)
      for (const { key } of along) workspace.wrote(key)
      return { deleted: true }
    },
  }
}
