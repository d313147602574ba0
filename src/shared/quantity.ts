/** How much one of each unit is. */
export type Units = Readonly<Record<string, number>>

/** Milliseconds. */
export const DURATION_UNITS: Units = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
/** Bytes. */
export const SIZE_UNITS: Units = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 }

export interface Quantity {
  readonly value: number
  /** The smallest unit that it was written in: `2d` is exact to a day. */
  readonly step: number
}

/** The part of the text that cannot be read, and why: it is no number, its unit is unknown or left out. */
export interface QuantityProblem {
  readonly at: number
  readonly length: number
  readonly wrong: 'number' | 'unit' | 'unitless'
}

/**
 * Reads `90`, `1.5h`, `1h30m`, `4kb`; letters in any case.
 * @param bare the unit of a number that stands alone
 */
export function parseQuantity(text: string, units: Units, bare: string): Quantity | QuantityProblem {
  const part = /(\d+(?:\.\d+)?|\.\d+)(\p{L}*)/uy
  let value = 0
  let step = Number.POSITIVE_INFINITY
  while (part.lastIndex < text.length || text === '') {
    const at = part.lastIndex
    const [whole, number = '', letters = ''] = part.exec(text) ?? []
    if (whole === undefined) return { at, length: text.length - at, wrong: 'number' }
    const unit = letters.toLowerCase() || (whole === text ? bare : '')
    if (unit === '') return { at, length: number.length, wrong: 'unitless' }
    const size = Object.hasOwn(units, unit) ? units[unit] : undefined
    if (size === undefined) return { at: at + number.length, length: letters.length, wrong: 'unit' }
    value += Number(number) * size
    step = Math.min(step, size)
  }
  return { value, step }
}
