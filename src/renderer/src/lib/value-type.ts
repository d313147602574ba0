import type { Bytes } from '#shared/bytes.ts'

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [key: string]: JsonValue
}

/** What a field's text looks like. Redis keeps text only: the type is a reading of it, never stored. */
export type TypedValue =
  | { readonly type: 'empty' }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly text: string }
  | { readonly type: 'timestamp'; readonly text: string; readonly epoch: number }
  | { readonly type: 'json'; readonly text: string; readonly json: JsonValue }
  | { readonly type: 'binary'; readonly base64: string }

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** Reads a value. JSON counts where it is an object or an array: `31` is a number and `"a"` is text. */
export function typeOf(value: Bytes): TypedValue {
  if (typeof value !== 'string') return { type: 'binary', base64: value.base64 }
  if (value === '') return { type: 'empty' }
  if (value === 'true' || value === 'false') return { type: 'boolean', text: value }
  if (value.length <= 40) {
    if (NUMBER.test(value)) return { type: 'number', text: value }
    if (TIMESTAMP.test(value)) {
      const epoch = Date.parse(value)
      if (!Number.isNaN(epoch)) return { type: 'timestamp', text: value, epoch }
    }
  }
  const json = parseJsonContainer(value)
  return json === undefined ? { type: 'text', text: value } : { type: 'json', text: value, json }
}

export const looksLikeJson = (text: string): boolean => /^\s*[[{]/.test(text)

function parseJsonContainer(text: string): JsonValue | undefined {
  if (!looksLikeJson(text)) return undefined
  try {
    return JSON.parse(text) as JsonValue
  } catch {
    return undefined
  }
}

/** What is wrong with text that is meant as JSON, or null where it parses. */
export function jsonProblem(text: string): string | null {
  try {
    JSON.parse(text)
    return null
  } catch (error) {
    return error instanceof Error ? error.message : 'This is not JSON.'
  }
}
