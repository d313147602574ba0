import { AppError } from '#shared/errors.ts'
import type { ConnectionStatus } from '#shared/model.ts'

/** What is typed before many keys of a prefix are written: on production its name; null where nothing is. */
export const confirmationFor = (status: ConnectionStatus, prefix: string): string | null =>
  status.state === 'connected' && status.environment === 'production' ? prefix || status.target.label : null

/** @throws AppError `confirmation_needed` where something else, or nothing, was typed */
export function requireConfirmation(needed: string | null, typed: string | null): void {
  if (needed === null || typed === needed) return
  throw new AppError(
    'confirmation_needed',
    `This connection is marked as production. Type ${needed} to go on. Nothing was written.`,
  )
}
