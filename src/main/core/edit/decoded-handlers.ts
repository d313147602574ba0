import { AppError } from '#shared/errors.ts'
import { type DecodedKey, pathInWords, type SessionEdit } from '#shared/formats.ts'
import type { SessionDetail } from '#shared/model.ts'
import { toBytes } from '../bytes.ts'
import type { Handlers } from '../dispatch.ts'
import type { DecoderClient } from '../formats/decoder-client.ts'
import { marksOf, readStored } from '../formats/read-stored.ts'
import { encode } from '../formats/registry.ts'
import type { StoredSession } from '../formats/stored-session.ts'
import type { Workspace } from '../workspace.ts'
import type { KeyRef } from './key-editor.ts'
import type { SessionWriter } from './session-writer.ts'

export interface DecodedContext {
  readonly connected: () => Workspace
  readonly writing: () => SessionWriter
  /** @throws AppError `session_gone` */
  readonly detailOf: (ref: KeyRef) => Promise<SessionDetail>
  readonly wrote: (ref: KeyRef) => void
  /** Epoch milliseconds. */
  readonly clock: () => number
  readonly decoder: DecoderClient
}

type DecodedCalls = 'session.decode' | 'session.editDecoded'

/** The calls that show and edit what other libraries wrote. */
export function createDecodedHandlers(context: DecodedContext): Pick<Handlers, DecodedCalls> {
  const { connected, writing, detailOf, wrote, clock, decoder } = context
  const read = ({ prefix, id }: KeyRef) => readStored(connected().client, prefix, id, clock)
  return {
    'session.decode': async (ref): Promise<DecodedKey | null> => {
      const stored = await read(ref)
      const session = stored === null ? null : await decoder.decode(stored)
      // Our own has a table of fields, which shows and edits more of it.
      if (stored === null || session === null || session.format === 'guide') return null
      return { session, expiresAt: stored.expiresAt ?? null, marks: marksOf(stored) }
    },
    'session.editDecoded': async ({ prefix, id, type, shown, edits }) => {
      const ref = { prefix, id }
      const stored = await read(ref)
      if (stored === null) throw gone()
      if (stored.type !== type) throw otherType(stored.type, type)
      const [moved, position] = whereNow(stored, shown, edits)
      // The worker first: what takes too much time or memory is not tried here.
      const session = await decoder.decode(stored)
      if (session !== null && session.root === null)
        throw new AppError('unsupported', session.readOnly ?? 'This value could not be decoded.')
      const [first] = moved
      const name = first === undefined ? '' : pathInWords(session?.root ?? null, first.path)
      const written = encode(stored, moved)
      const editor = writing().editor(prefix, `${VERBS[first?.kind ?? 'set']} ${shortened(name)}`)
      if (written.kind === 'value') {
        await editor.setValue({ ...ref, shown: toBytes(stored.value) }, toBytes(written.value))
      } else {
        // Edits of one field come one upon the other only where they are one: see the contract.
        const [changed] = written.fields
        if (changed === undefined || written.fields.length > 1)
          throw new AppError('unsupported', 'Fields of a hash are edited one at a time.')
        const [field, value] = changed
        const held = stored.fields.all()[position]
        const isNew = first?.kind === 'add' && first.path.length === 0
        const fieldRef = {
          ...ref,
          state: 'incomplete' as const,
          field: toBytes(field),
          shown: isNew || held === undefined ? null : toBytes(held[1]),
        }
        if (value === null) await editor.removeField(fieldRef)
        else await editor.setField(fieldRef, toBytes(value))
      }
      wrote(ref)
      return detailOf(ref)
    },
  }
}

const VERBS = { set: 'Changed', add: 'Added to', remove: 'Removed' } as const
const shortened = (name: string): string =>
  name === '' ? 'the value' : name.length > 40 ? `${name.slice(0, 40)}…` : name

/**
 * The edits with paths that are right now: fields of a hash may have come and gone beside the one that was shown.
 * @returns also where that field is
 * @throws AppError `conflict` where what was shown is there no more
 */
function whereNow(
  stored: StoredSession,
  shown: string,
  edits: readonly SessionEdit[],
): readonly [edits: readonly SessionEdit[], position: number] {
  const position = marksOf(stored).indexOf(shown)
  const addsField =
    stored.type === 'hash' && edits.every(({ kind, path }) => kind === 'add' && path.length === 0)
  if (addsField) return [edits, -1]
  if (position < 0) {
    const details = stored.type === 'string' ? { current: toBytes(stored.value) } : {}
    throw new AppError('conflict', 'This has changed since it was shown. Nothing was written.', details)
  }
  if (stored.type !== 'hash') return [edits, position]
  return [edits.map((edit) => ({ ...edit, path: [position, ...edit.path.slice(1)] })), position]
}

const gone = () =>
  new AppError('session_gone', 'This key has expired or was deleted. Nothing was written, so it stays gone.')

const otherType = (now: string, shown: string) =>
  new AppError(
    'other_type',
    `This key is a ${now} by now, not a ${shown}. Nothing was written: look at what it holds first.`,
    { now },
  )
