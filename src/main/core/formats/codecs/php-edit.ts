import type { NewValue, SessionEdit } from '#shared/formats.ts'
import type { Budget } from '../budget.ts'
import { invalidValue, isWholeText, numberText, type PlannedEdit, planEdit, spliceBytes } from '../edits.ts'
import type { Spans } from '../parsed.ts'
import { type ParsedPhp, parsePhpSession } from './php.ts'
import type { PhpHandler } from './php-handler.ts'

/** PHP's integers have 64 bits. */
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n]
/** PHP makes an integer of such a name. */
const NUMERIC_NAME = /^(?:0|-?[1-9]\d{0,18})$/

/**
 * One edit of a session's variables; all else stays as it is, to the byte.
 * @throws AppError `invalid_value`, `invalid_field`, `conflict`, `unsupported` for what would break references
 */
export function editPhpSession(
  bytes: Buffer,
  handler: PhpHandler,
  edit: SessionEdit,
  budget: Budget,
): Buffer {
  const spans: Spans = new Map()
  const parsed = parsePhpSession(bytes, handler, budget, spans)
  const plan = planEdit(parsed, edit, spans)
  refuseBrokenReferences(plan, parsed)
  const { span, node } = plan
  const parts = span.parts ?? []
  if (plan.kind === 'set') {
    const by = encodePhp(plan.value, node.type === 'number' && !node.whole)
    return spliceBytes(bytes, { start: span.start, end: span.end, by })
  }
  refuseForeignClass(plan)
  const count = parts.length + (plan.kind === 'add' ? 1 : -1)
  const header =
    span.count === undefined
      ? []
      : [{ start: span.count[0], end: span.count[1], by: Buffer.from(String(count)) }]
  if (plan.kind === 'remove') {
    const [start, end] = parts[plan.position] ?? [0, 0]
    return spliceBytes(bytes, ...header, { start, end, by: Buffer.alloc(0) })
  }
  const at = parts.at(-1)?.[1] ?? (span.count === undefined ? span.end : span.end - 1)
  const name = span.count === undefined ? variableName(plan.name ?? '', handler) : entryName(plan.name ?? '')
  return spliceBytes(bytes, ...header, {
    start: at,
    end: at,
    by: Buffer.concat([name, encodePhp(plan.value)]),
  })
}

/** References count the values before them: only a value that stays one value may change. */
function refuseBrokenReferences(plan: PlannedEdit, { hasReferences }: ParsedPhp): void {
  if (!hasReferences) return
  const isSingle =
    plan.kind === 'set' &&
    plan.span.parts === undefined &&
    plan.node.type !== 'reference' &&
    plan.value.type !== 'list' &&
    plan.value.type !== 'map'
  if (!isSingle) {
    throw invalidValue(
      'Values of this session refer to others by number, so that none may come or go. Change single values only.',
    )
  }
}

function refuseForeignClass({ node }: PlannedEdit): void {
  if (node.type === 'object' && node.name !== 'stdClass') {
    throw invalidValue(
      `What properties an object of ${node.name} has is that class’s business. Change their values only.`,
    )
  }
}

const text = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`s:${bytes.length}:"`), bytes, Buffer.from('";')])

/** A PHP string of these bytes, serialised. */
export const encodePhpText = text

function entryName(name: string): Buffer {
  if (NUMERIC_NAME.test(name) && fits(BigInt(name))) return Buffer.from(`i:${name};`)
  return text(Buffer.from(name))
}

function variableName(name: string, handler: PhpHandler): Buffer {
  const bytes = Buffer.from(name)
  if (handler === 'php_binary') {
    if (bytes.length === 0 || bytes.length > 0x7f)
      throw invalidValue('A variable’s name has 1 to 127 bytes here.')
    return Buffer.concat([Buffer.of(bytes.length), bytes])
  }
  if (!/^[^|!]+$/.test(name))
    throw invalidValue('A variable’s name is not empty and has neither | nor ! in it.')
  return Buffer.from(`${name}|`)
}

const fits = (value: bigint): boolean => value >= LEAST && value <= MOST

/** @param isDouble numbers are written as doubles, as the one was that this takes the place of */
function encodePhp(value: NewValue, isDouble = false): Buffer {
  switch (value.type) {
    case 'text':
      return text(Buffer.from(value.value))
    case 'bytes':
      return text(Buffer.from(value.base64, 'base64'))
    case 'number':
      return Buffer.from(encodeNumber(numberText(value.text), isDouble))
    case 'boolean':
      return Buffer.from(`b:${value.value ? 1 : 0};`)
    case 'null':
      return Buffer.from('N;')
    case 'list':
      return array(value.items.map((item, place) => [Buffer.from(`i:${place};`), encodePhp(item)]))
    case 'map':
      return array(value.entries.map(([name, entry]) => [entryName(name), encodePhp(entry)]))
  }
}

function encodeNumber(number: string, isDouble: boolean): string {
  if (isDouble || !isWholeText(number)) return `d:${number};`
  const value = BigInt(number.replace('+', ''))
  if (!fits(value))
    throw invalidValue('PHP’s whole numbers have 64 bits. Write it as text, or with a fraction.')
  return `i:${value};`
}

const array = (entries: readonly (readonly [Buffer, Buffer])[]): Buffer =>
  Buffer.concat([Buffer.from(`a:${entries.length}:{`), ...entries.flat(), Buffer.from('}')])
