import { z } from 'zod'
import { LIMITS } from '#shared/model.ts'

/**
 * The longest frame that a client may send, in bytes. The largest call changes a field from one value of
 * `LIMITS.valueBytes` to another, and JSON writes a control character as six (`\u0000`); the rest of the frame
 * fits in the last 64 KiB.
 */
export const MAX_FRAME_BYTES = 2 * 6 * LIMITS.valueBytes + 64 * 1024

export interface CallFrame {
  readonly kind: 'call'
  readonly id: number
  readonly tab: unknown
  readonly name: unknown
  readonly arg: unknown
}

/** What a frame says. One that cannot even be answered has the close code and the reason for it. */
export type ParsedFrame =
  | CallFrame
  | { readonly kind: 'refused'; readonly code: number; readonly reason: string }

const CLOSE = { unsupported: 1003, notText: 1007, policy: 1008 } as const

const callSchema = z.strictObject({
  id: z.int().min(0),
  tab: z.unknown().optional(),
  name: z.unknown().optional(),
  arg: z.unknown().optional(),
})

/**
 * Reads a frame that came from a client. Tab, name and argument stay unknown: judging them, and answering, is
 * the dispatch's part. Only a frame without an id that could be answered ends the connection.
 */
export function parseFrame(data: Buffer, isBinary: boolean): ParsedFrame {
  if (isBinary) return refused(CLOSE.unsupported, 'Frames are text.')
  let value: unknown
  try {
    value = JSON.parse(data.toString('utf8'))
  } catch {
    return refused(CLOSE.notText, 'Frames are JSON.')
  }
  const parsed = callSchema.safeParse(value)
  if (!parsed.success)
    return refused(CLOSE.policy, 'A frame is {id, tab, name, arg} with a whole number as its id.')
  return { kind: 'call', tab: undefined, name: undefined, arg: undefined, ...parsed.data }
}

const refused = (code: number, reason: string): ParsedFrame => ({ kind: 'refused', code, reason })
