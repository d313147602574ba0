import { AppError } from '#shared/errors.ts'
import { LIMITS, RESERVED_FIELDS } from '#shared/model.ts'

const RESERVED: ReadonlySet<string> = new Set(RESERVED_FIELDS)

/** Whether only the store writes this field. */
export const isReservedField = (name: string): boolean => RESERVED.has(name)

/**
 * Passes a field name on if it may be written; reserved ones are for the caller to judge.
 * @throws AppError `invalid_field` when it is empty, longer than `LIMITS.fieldNameBytes` or not well-formed.
 */
export function checkFieldName(name: unknown): string {
  if (typeof name !== 'string') throw invalidField('must be text')
  if (name === '') throw invalidField('must not be empty. Give it a name')
  if (!name.isWellFormed()) throw invalidField('must be well-formed Unicode')
  if (longer(name, LIMITS.fieldNameBytes)) {
    throw invalidField(`takes at most ${LIMITS.fieldNameBytes} bytes. Shorten it`)
  }
  return name
}

/** @throws AppError `reserved_field` for a field that only the store writes. */
export function refuseReserved(name: string): void {
  if (!isReservedField(name)) return
  const way = name === 'session_ttl' ? 'Change the TTL instead.' : 'Choose another field.'
  throw new AppError('reserved_field', `${name} is kept by the session store itself. ${way}`, { field: name })
}

/**
 * A field's value as it is stored: its string.
 * @param name the field's, for the message.
 * @throws AppError `invalid_value` for null, undefined, NaN, objects and functions, text that is not well-formed,
 * and text longer than `LIMITS.valueBytes`.
 */
export function fieldValue(name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      if (!value.isWellFormed()) throw invalidValue(name, 'must be well-formed Unicode.')
      if (longer(value, LIMITS.valueBytes)) {
        throw invalidValue(name, `takes at most ${LIMITS.valueBytes} bytes. Keep large data elsewhere.`)
      }
      return value
    case 'number':
      if (Number.isNaN(value)) throw invalidValue(name, 'must not be NaN.')
      return String(value)
    case 'bigint':
    case 'boolean':
      return String(value)
    default: {
      const what = value === null ? 'null' : Array.isArray(value) ? 'an array' : `of type ${typeof value}`
      throw invalidValue(
        name,
        `must be text, a number or a boolean, not ${what}. Write objects as JSON text.`,
      )
    }
  }
}

/** Counts bytes only where the length leaves a doubt: a UTF-16 unit takes three bytes of UTF-8 at most. */
const longer = (text: string, bytes: number): boolean =>
  text.length * 3 > bytes && Buffer.byteLength(text) > bytes

const invalidField = (problem: string) => new AppError('invalid_field', `The field name ${problem}.`)
const invalidValue = (name: string, problem: string) =>
  new AppError('invalid_value', `The value of ${shown(name)} ${problem}`, { field: name })
const shown = (name: string) => `'${name.length > 40 ? `${name.slice(0, 40)}…` : name}'`
