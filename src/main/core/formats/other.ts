import type { SessionEdit } from '#shared/formats.ts'
import type { Budget } from './budget.ts'
import { looksLikeJava, parseJava } from './codecs/java.ts'
import { editJson, looksLikeJson, parseJson } from './codecs/json.ts'
import { looksLikeMarshal, parseMarshal } from './codecs/marshal.ts'
import { looksLikeMsgpackMap, parseMsgpack } from './codecs/msgpack.ts'
import { editMsgpack } from './codecs/msgpack-edit.ts'
import { parsePhp } from './codecs/php.ts'
import { looksLikePhpValue } from './codecs/php-handler.ts'
import { looksLikePickle, parsePickle } from './codecs/pickle.ts'
import type { Parsed } from './parsed.ts'
import {
  type Content,
  contentOf,
  type SessionFormat,
  SURE,
  usual,
  usualSummary,
  type Written,
} from './session-format.ts'
import type { StoredSession } from './stored-session.ts'

/** A string in an encoding that is known, by a library or an application that is not. */
export const other: SessionFormat = {
  id: 'other',
  name: 'Unknown library',
  fields: [],
  ttlNote: 'Which library wrote it is not known, so that its next request may set the TTL anew.',
  readOnly: null,
  detect(stored) {
    if (stored.type !== 'string') return SURE.no
    const encoding = encodingOf(stored)
    return encoding === null ? SURE.no : SURE.guess
  },
  isHostile(stored) {
    const encoding = encodingOf(stored)
    return encoding !== null && ENCODINGS[encoding].hostile
  },
  summarise(stored, budget) {
    const encoding = encodingOf(stored)
    if (encoding === null) return {}
    return { encoding, ...usualSummary(ENCODINGS[encoding].parse(stored.value, budget).root) }
  },
  decode(stored, budget): Content {
    const encoding = encodingOf(stored) ?? 'JSON'
    const content = contentOf(ENCODINGS[encoding].parse(stored.value, budget), encoding, stored.size)
    const { edits } = ENCODINGS[encoding]
    return {
      ...content,
      ...usual(content.root),
      ...(edits === undefined ? { readOnly: `The inspector reads ${encoding} and does not write it.` } : {}),
    }
  },
  edit(stored: StoredSession, edit: SessionEdit, budget: Budget): Written {
    const encoding = encodingOf(stored) ?? 'JSON'
    const edits = ENCODINGS[encoding].edits ?? editJson
    return { kind: 'value', value: edits(stored.value, edit, budget) }
  },
}

type Encoding = 'JSON' | 'PHP serialize' | 'pickle' | 'Ruby Marshal' | 'JDK serialisation' | 'MessagePack'

interface Codec {
  readonly hostile: boolean
  readonly parse: (bytes: Buffer, budget: Budget) => Parsed
  readonly edits?: (bytes: Buffer, edit: SessionEdit, budget: Budget) => Buffer
}
const ENCODINGS: Readonly<Record<Encoding, Codec>> = {
  JSON: { hostile: false, parse: parseJson, edits: editJson },
  'PHP serialize': { hostile: false, parse: parsePhp },
  pickle: { hostile: true, parse: parsePickle },
  'Ruby Marshal': { hostile: true, parse: parseMarshal },
  'JDK serialisation': { hostile: true, parse: parseJava },
  MessagePack: { hostile: false, parse: parseMsgpack, edits: editMsgpack },
}

function encodingOf({ value, isWhole }: StoredSession): Encoding | null {
  if (looksLikeJson(value)) return 'JSON'
  if (looksLikeJava(value)) return 'JDK serialisation'
  if (looksLikeMarshal(value)) return 'Ruby Marshal'
  if (looksLikePickle(value, isWhole)) return 'pickle'
  if (looksLikePhpValue(value)) return 'PHP serialize'
  return looksLikeMsgpackMap(value) ? 'MessagePack' : null
}
