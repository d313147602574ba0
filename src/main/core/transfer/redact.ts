import { createHmac, randomBytes } from 'node:crypto'
import type { Bytes } from '#shared/bytes.ts'
import { hasSecretBytes, hideSecrets, isSecretPath, looksLikeId } from '#shared/mask.ts'
import { REDACTED, type RedactedValue, type Redaction } from '#shared/transfer.ts'
import { toBinary, toBytes } from '../bytes.ts'

export type Redactable = Bytes | RedactedValue

/** What stands for an id: two of a million ids may well share eight characters, and do not share sixteen. */
const PSEUDONYM = { lead: 'redacted-', characters: 16 } as const
/** Shorter ids are words that may stand anywhere. */
const LEAST_ID = 8

/** Leaves out of one file what it is not to tell. */
export class Redactor {
  readonly redaction: Redaction
  /** Of this file alone, and nowhere kept: what stands for an id cannot be looked for in another file. */
  readonly #key = randomBytes(32)

  constructor(redaction: Redaction) {
    this.redaction = redaction
  }

  id(id: Buffer): Redactable {
    return this.redaction === 'secretsAndIds' ? { redacted: this.#pseudonym(id) } : toBytes(id)
  }

  key(prefix: string, id: Buffer): Redactable {
    return this.redaction === 'secretsAndIds'
      ? { redacted: prefix + this.#pseudonym(id) }
      : toBytes(Buffer.concat([Buffer.from(prefix), id]))
  }

  /**
   * @param name of the field that it is the value of; null for none
   * @param id of the session that it is in, as libraries repeat it in their values
   */
  value(value: Buffer, name: Bytes | null, id: Buffer | null): Redactable {
    return this.bytes(toBytes(value), name, id)
  }

  bytes(value: Bytes, name: Bytes | null, id: Buffer | null): Redactable {
    if (this.redaction === 'nothing' || value === '') return value
    if (name !== null && isSecretPath([nameInWords(name)])) return { redacted: null }
    if (typeof value !== 'string') {
      const binary = toBinary(Buffer.from(value.base64, 'base64'))
      return hasSecretBytes(binary) || this.#hasId(binary, id === null ? null : toBinary(id))
        ? { redacted: null }
        : value
    }
    const kept = this.#withoutId(hideSecrets(value, REDACTED), id)
    return kept === value ? value : { redacted: kept }
  }

  /** Words about a session, such as who is logged in. */
  words(text: string | null): string | null {
    return text === null || this.redaction === 'nothing' ? text : hideSecrets(text, REDACTED)
  }

  /** A field's name: a token may be one. */
  name(name: Bytes): Bytes {
    return this.redaction === 'nothing' || typeof name !== 'string' ? name : hideSecrets(name, REDACTED)
  }

  #hasId(text: string, id: string | null): boolean {
    return this.redaction === 'secretsAndIds' && id !== null && id.length >= LEAST_ID && text.includes(id)
  }

  /** Also without what looks like the id of another session: one that is in the file has the same name there. */
  #withoutId(text: string, id: Buffer | null): string {
    if (this.redaction !== 'secretsAndIds') return text
    const own = id === null ? '' : id.toString()
    const rest = id === null || own.length < LEAST_ID ? text : text.replaceAll(own, this.#pseudonym(id))
    return rest.replace(/[\w~+=%-]{16,}/g, (word) =>
      looksLikeId(word) && !word.startsWith(PSEUDONYM.lead) ? this.#pseudonym(Buffer.from(word)) : word,
    )
  }

  #pseudonym(id: Buffer): string {
    const { lead, characters } = PSEUDONYM
    return lead + createHmac('sha256', this.#key).update(id).digest('hex').slice(0, characters)
  }
}

const nameInWords = (name: Bytes): string =>
  typeof name === 'string' ? name : toBinary(Buffer.from(name.base64, 'base64'))
