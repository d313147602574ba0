import { guideEnd } from '#shared/ends.ts'
import { AppError } from '#shared/errors.ts'
import type { InnerExpiry, SessionEdit, TreeEntry } from '#shared/formats.ts'
import { RESERVED_FIELDS, USER_FIELD } from '#shared/model.ts'
import { parseTimestamp } from '../store/timestamp.ts'
import { invalidValue } from './edits.ts'
import { Nodes, plainText } from './nodes.ts'
import { never, type SessionFormat, SURE, usual, type Written } from './session-format.ts'
import type { StoredSession } from './stored-session.ts'

/** The store of the Redis guide, which is ours too: `session:{id}`, a hash of texts with three reserved fields. */
const [CREATED, ACCESSED, TTL] = RESERVED_FIELDS

export const guide: SessionFormat = {
  id: 'guide',
  name: 'Redis guide’s store',
  fields: [...RESERVED_FIELDS, USER_FIELD],
  ttlNote: 'Each access sets the TTL anew, to session_ttl.',
  readOnly: null,
  detect: ({ type, fields }) =>
    type === 'hash' && RESERVED_FIELDS.every((name) => fields.get(name) !== null) ? SURE.certain : SURE.no,
  isHostile: never,
  summarise: (stored) => ({
    encoding: 'fields',
    user: textOf(stored, USER_FIELD),
    createdAt: momentOf(stored, CREATED),
    lastSeenAt: momentOf(stored, ACCESSED),
    expiry: expiryOf(endOf(stored)),
  }),
  decode(stored, budget) {
    const nodes = new Nodes(budget)
    const entries: TreeEntry[] = stored.fields.all().map(([name, value]) => {
      budget.item()
      return [nodes.text(name), nodes.text(value)]
    })
    const [created, seen, end] = [momentOf(stored, CREATED), momentOf(stored, ACCESSED), endOf(stored)]
    const reserved: readonly string[] = RESERVED_FIELDS
    return {
      encoding: 'fields',
      root: { type: 'map', entries },
      user: textOf(stored, USER_FIELD) ?? usual({ type: 'map', entries }).user ?? null,
      createdAt: created === null ? null : { at: created, from: CREATED },
      lastSeenAt: seen === null ? null : { at: seen, from: ACCESSED },
      expiry: expiryOf(end),
      locked: entries.flatMap(([name], position) =>
        reserved.includes(plainText(name) ?? '')
          ? [{ path: [position], reason: 'The store alone writes it.' }]
          : [],
      ),
    }
  },
  edit: editFields,
}

function editFields({ fields }: StoredSession, edit: SessionEdit): Written {
  const [position = -1, ...deeper] = edit.path
  if (edit.kind === 'add') {
    if (edit.path.length > 0 || edit.name === null)
      throw invalidValue('A hash takes fields, each with a name.')
    const name = Buffer.from(edit.name)
    if (fields.all().some(([known]) => known.equals(name))) {
      throw new AppError('invalid_field', 'There is a field of that name already. Change that one.')
    }
    return { kind: 'fields', fields: [[name, fieldBytes(edit.value)]] }
  }
  const field = fields.all()[position]
  if (field === undefined || deeper.length > 0) {
    throw new AppError('conflict', 'There is no such field in this session any more. Look at it again.')
  }
  return { kind: 'fields', fields: [[field[0], edit.kind === 'set' ? fieldBytes(edit.value) : null]] }
}

function fieldBytes(value: Extract<SessionEdit, { readonly value: unknown }>['value']): Buffer {
  switch (value.type) {
    case 'text':
      return Buffer.from(value.value)
    case 'bytes':
      return Buffer.from(value.base64, 'base64')
    case 'number':
      return Buffer.from(value.text)
    default:
      throw invalidValue('A field of a hash holds text or bytes.')
  }
}

const textOf = ({ fields }: StoredSession, name: string): string | null => {
  const text = fields.get(name)?.subarray(0, 200).toString() ?? ''
  return text === '' ? null : text
}
const momentOf = ({ fields }: StoredSession, name: string): number | null =>
  parseTimestamp(fields.get(name)?.toString('latin1') ?? '')

function endOf(stored: StoredSession): number | null {
  const seen = momentOf(stored, ACCESSED)
  const ttl = Number(stored.fields.get(TTL)?.toString('latin1') ?? Number.NaN)
  return guideEnd(seen, Number.isSafeInteger(ttl) ? ttl : null)
}

const expiryOf = (at: number | null): InnerExpiry | null =>
  at === null ? null : { at, from: `${ACCESSED} + ${TTL}` }
