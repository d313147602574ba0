import { AppError } from '#shared/errors.ts'
import type { InnerExpiry, SessionEdit, TreeEntry, TreeNode, UndecodedPart } from '#shared/formats.ts'
import { type Budget, OverLimit } from './budget.ts'
import { looksLikeJava, parseJava } from './codecs/java.ts'
import { editJson, encodeJson, parseJson } from './codecs/json.ts'
import { invalidValue } from './edits.ts'
import { childAt, Nodes, plainText } from './nodes.ts'
import { type Content, type SessionFormat, SURE, type Summary, type Written } from './session-format.ts'
import { markerContent, markerRole, relatedKeys, springKeyOf } from './spring-keys.ts'
import type { StoredSession } from './stored-session.ts'
import { findWho, TREE } from './who.ts'

/**
 * Spring Session for Redis, both repositories: `spring:session:sessions:{uuid}`, a hash whose values are serialised by the
 * JDK, or by JSON where the application says so. Sources: RedisSessionMapper.java, RedisSessionRepository.java and
 * RedisIndexedSessionRepository.java.
 */
const [CREATED, ACCESSED, INTERVAL] = ['creationTime', 'lastAccessedTime', 'maxInactiveInterval'] as const
const ATTRIBUTE = 'sessionAttr:'
const CONTEXT = `${ATTRIBUTE}SPRING_SECURITY_CONTEXT`
const PRINCIPAL = `${ATTRIBUTE}org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME`
const PLAIN_USERS = ['username', 'user', 'userId', 'email', 'principal'].map((name) => ATTRIBUTE + name)

export const springSession: SessionFormat = {
  id: 'spring-session',
  name: 'Spring Session',
  fields: [CREATED, ACCESSED, INTERVAL, PRINCIPAL, CONTEXT, ...PLAIN_USERS],
  ttlNote:
    'Each request sets the TTL anew, from maxInactiveInterval. A longer TTL alone keeps nobody logged in: the library checks maxInactiveInterval itself.',
  readOnly: null,
  keepsRelated: true,
  detect(stored) {
    if (stored.type === 'hash') {
      const { fields } = stored
      const isSession =
        fields.get(CREATED) !== null && fields.get(ACCESSED) !== null && fields.get(INTERVAL) !== null
      if (!isSession) return SURE.no
      return springKeyOf(stored.key)?.kind === 'session' ? SURE.certain : SURE.likely
    }
    return markerRole(stored) === null ? SURE.no : SURE.certain
  },
  isHostile({ type, fields }) {
    if (type !== 'hash') return false
    const context = fields.get(CONTEXT)
    return context !== null && looksLikeJava(context) && quickText(fields.get(PRINCIPAL)) === null
  },
  summarise(stored, budget): Summary {
    const role = markerRole(stored)
    if (role !== null) {
      const user = role === 'index' ? markerContent(stored, role, budget).user : null
      return { encoding: 'text', role, user: user ?? null }
    }
    const { fields } = stored
    const user = [PRINCIPAL, ...PLAIN_USERS]
      .map((name) => quickText(fields.get(name)))
      .find((text) => text !== null)
    const [seen, interval] = [numberIn(fields.get(ACCESSED)), numberIn(fields.get(INTERVAL))]
    return {
      encoding: encodingOf(stored),
      user: user ?? userOfContext(fields.get(CONTEXT), budget),
      createdAt: numberIn(fields.get(CREATED)),
      lastSeenAt: seen,
      expiry: expiryOf(endOf(seen, interval)),
      lifetime: interval !== null && interval > 0 ? interval : null,
    }
  },
  decode(stored, budget): Content {
    const role = markerRole(stored)
    if (role !== null) return markerContent(stored, role, budget)
    const { root, undecoded } = decodeFields(stored, budget)
    const field = (name: string): TreeNode | null => childAt(root, name)
    const { fields } = stored
    const [created, seen] = [numberIn(fields.get(CREATED)), numberIn(fields.get(ACCESSED))]
    const end = endOf(seen, numberIn(fields.get(INTERVAL)))
    const user =
      plainText(field(PRINCIPAL)) ??
      contextUser(field(CONTEXT)) ??
      PLAIN_USERS.map((name) => plainText(field(name))).find((text) => text !== null) ??
      null
    const encoding = encodingOf(stored)
    return {
      encoding,
      root,
      undecoded,
      user,
      createdAt: created === null ? null : { at: created, from: CREATED },
      lastSeenAt: seen === null ? null : { at: seen, from: ACCESSED },
      expiry: expiryOf(end),
      related: relatedKeys(stored.key, user, end, encoding === 'JSON'),
      readOnly:
        encoding === 'JSON'
          ? null
          : 'Its values are serialised by the JDK, which the inspector reads and does not write. Values in JSON it does.',
    }
  },
  edit: editFields,
}

function encodingOf({ fields }: StoredSession): string {
  const created = fields.get(CREATED)
  return created !== null && looksLikeJava(created) ? 'JDK serialisation' : 'JSON'
}

function decodeFields(
  { fields }: StoredSession,
  budget: Budget,
): { root: TreeNode; undecoded: UndecodedPart[] } {
  const nodes = new Nodes(budget)
  const undecoded: UndecodedPart[] = []
  const entries = fields.all().map(([name, value], position): TreeEntry => {
    budget.item()
    const parsed = looksLikeJava(value) ? parseJava(value, budget) : parseJson(value, budget)
    // A limit is one for all fields together; anything else is this field's own trouble.
    if (parsed.problem instanceof OverLimit) throw parsed.problem
    if (parsed.problem === null) return [nodes.text(name), parsed.root ?? nodes.text(value)]
    if (!looksLikeJava(value)) return [nodes.text(name), nodes.text(value)]
    const reason = parsed.problem.message
    // Where nothing was read the field itself is an undecoded node, and tells of itself.
    if (parsed.root === null) return [nodes.text(name), nodes.undecoded(reason, value)]
    undecoded.push({ path: [position], reason, size: value.length - parsed.end })
    return [nodes.text(name), parsed.root]
  })
  return { root: { type: 'map', entries }, undecoded }
}

/** A Long or an Integer of the JDK: 80-odd bytes of which the last are the number; or JSON, perhaps with its class. */
function numberIn(value: Buffer | null): number | null {
  if (value === null) return null
  if (looksLikeJava(value)) {
    const head = value.toString('latin1', 0, 32)
    if (head.includes('java.lang.Long')) return Number(value.readBigInt64BE(value.length - 8))
    return head.includes('java.lang.Integer') ? value.readInt32BE(value.length - 4) : null
  }
  const digits = /^(?:\["java\.lang\.(?:Long|Integer)",)?(-?\d{1,16})\]?$/.exec(
    value.toString('latin1', 0, 64),
  )?.[1]
  return digits === undefined ? null : Number(digits)
}

/** Epoch milliseconds; null where the session never ends. @param interval seconds, negative for never */
const endOf = (seen: number | null, interval: number | null): number | null =>
  seen === null || interval === null || interval < 0 ? null : seen + 1000 * interval

const expiryOf = (at: number | null): InnerExpiry | null =>
  at === null ? null : { at, from: `${ACCESSED} + ${INTERVAL}` }

/** A text of the JDK (5 bytes, the length, the text) or of JSON; null for anything else. */
function quickText(value: Buffer | null): string | null {
  if (value === null || value.length < 3) return null
  if (looksLikeJava(value)) {
    return value[4] === 0x74 && value.length > 7
      ? value.toString('utf8', 7, 7 + value.readUInt16BE(5)).slice(0, 200)
      : null
  }
  if (value[0] !== 0x22 || value.length > 1024) return null
  try {
    const text: unknown = JSON.parse(value.toString())
    return typeof text === 'string' && text !== '' ? text : null
  } catch {
    return null
  }
}

function userOfContext(value: Buffer | null, budget: Budget): string | null {
  if (value === null) return null
  return contextUser((looksLikeJava(value) ? parseJava(value, budget) : parseJson(value, budget)).root)
}

/** The name within Spring Security's context: of its user, or the user itself where that is a text. */
function contextUser(context: TreeNode | null): string | null {
  const principal = childAt(context, 'authentication', 'principal')
  if (principal === null) return null
  return plainText(principal) ?? plainText(childAt(principal, 'username')) ?? findWho(principal, TREE).user
}

function editFields(stored: StoredSession, edit: SessionEdit, budget: Budget): Written {
  if (encodingOf(stored) !== 'JSON') throw new AppError('unsupported', 'Only values in JSON are edited.')
  const all = stored.fields.all()
  if (edit.kind === 'add' && edit.path.length === 0) {
    if (edit.name === null) throw invalidValue('The attribute needs a name.')
    const name = Buffer.from(edit.name.startsWith(ATTRIBUTE) ? edit.name : ATTRIBUTE + edit.name)
    if (all.some(([known]) => known.equals(name))) {
      throw new AppError('invalid_field', 'There is an attribute of that name already. Change that one.')
    }
    return { kind: 'fields', fields: [[name, Buffer.from(encodeJson(edit.value))]] }
  }
  const [position = -1, ...path] = edit.path
  const field = all[position]
  if (field === undefined)
    throw new AppError('conflict', 'There is no such field in this session any more. Look at it again.')
  const [name, value] = field
  if (edit.kind !== 'remove' || path.length > 0) {
    return { kind: 'fields', fields: [[name, editJson(value, { ...edit, path }, budget)]] }
  }
  if (!name.toString().startsWith(ATTRIBUTE))
    throw invalidValue('Without this field it is no session any more.')
  return { kind: 'fields', fields: [[name, null]] }
}
