import fc from 'fast-check'
import { hostileText, hostileValue } from './hostile.ts'

/** One change of a value: where, by a number that is taken modulo the places that there are, and what. */
export type Mutation =
  | { readonly how: 'replace'; readonly at: number; readonly by: unknown }
  | { readonly how: 'remove'; readonly at: number }
  | { readonly how: 'add'; readonly at: number; readonly name: string; readonly by: unknown }
  | { readonly how: 'wrap'; readonly at: number }

const at = fc.nat({ max: 50 })
export const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ how: fc.constant('replace' as const), at, by: hostileValue }) },
  { weight: 2, arbitrary: fc.record({ how: fc.constant('remove' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ how: fc.constant('add' as const), at, name: hostileText, by: hostileValue }),
  },
  { weight: 1, arbitrary: fc.record({ how: fc.constant('wrap' as const), at }) },
)

type Path = readonly (string | number)[]

/** @returns a copy of the value with the change made; the value itself stays as it is */
export function mutate(value: unknown, change: Mutation): unknown {
  const paths = [...pathsOf(value, [])]
  return changed(value, paths[change.at % paths.length] ?? [], change)
}

function* pathsOf(value: unknown, path: Path): Generator<Path> {
  yield path
  // Deep enough for every argument of the contract; a nest of a thousand arrays needs no mutation inside of it.
  if (path.length > 5) return
  if (Array.isArray(value)) {
    for (let index = 0; index < Math.min(value.length, 20); index += 1) {
      yield* pathsOf(value[index], [...path, index])
    }
  } else if (isRecord(value)) {
    for (const name of Object.keys(value).slice(0, 40)) yield* pathsOf(value[name], [...path, name])
  }
}

function changed(value: unknown, path: Path, change: Mutation): unknown {
  const [step, ...rest] = path
  if (step === undefined) {
    switch (change.how) {
      case 'replace':
        return change.by
      case 'remove':
        return undefined
      case 'wrap':
        return [value]
      case 'add':
        return isRecord(value) ? withProperty(value, change.name, change.by) : [value, change.by]
    }
  }
  if (Array.isArray(value)) {
    const removes = change.how === 'remove' && rest.length === 0
    return value.flatMap((item, index) => {
      if (index !== step) return [item]
      return removes ? [] : [changed(item, rest, change)]
    })
  }
  if (!isRecord(value)) return value
  if (change.how === 'remove' && rest.length === 0) {
    const { [step]: _gone, ...others } = value
    return others
  }
  return withProperty(value, String(step), changed(value[step], rest, change))
}

/** By definition and not by assignment, so that `__proto__` becomes a property. */
function withProperty(value: Readonly<Record<string, unknown>>, name: string, by: unknown) {
  const copy: Record<string, unknown> = {}
  for (const [key, member] of [...Object.entries(value), [name, by] as const]) {
    Object.defineProperty(copy, key, { value: member, enumerable: true, configurable: true, writable: true })
  }
  return copy
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
