import type { StoreOperation } from '#shared/model.ts'

/** The header in which the page learns what its click did in Redis, so that the guide's JSON stays as it is. */
export const COMMANDS_HEADER = 'X-Redis-Commands'
/** Bytes of the header's value: well below what proxies and clients take. */
const MAX_BYTES = 6 * 1024
const MAX_COMMAND = 200

/**
 * `{ effect, operations: [{ operation, key, commands, durationMs }], left }` as percent-encoded JSON. Long commands
 * are cut; operations that do not fit are left out and counted in `left`.
 */
export function encodeCommands(effect: string, operations: readonly StoreOperation[]): string {
  const fitting = operations.map(({ operation, key, commands, durationMs }) => ({
    operation,
    key: cut(key),
    commands: commands.slice(0, 20).map(cut),
    durationMs: Math.round(durationMs * 100) / 100,
  }))
  for (;;) {
    const value = encodeURIComponent(
      JSON.stringify({
        effect: effect.toWellFormed(),
        operations: fitting,
        left: operations.length - fitting.length,
      }),
    )
    if (value.length <= MAX_BYTES || fitting.length === 0) return value
    fitting.pop()
  }
}

/** Well-formed, since half of a surrogate pair cannot be percent-encoded. */
function cut(text: string): string {
  const short = text.length > MAX_COMMAND ? `${text.slice(0, MAX_COMMAND - 1)}…` : text
  return short.toWellFormed()
}
