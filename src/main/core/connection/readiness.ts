import type { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import type { NotReady } from '#shared/model.ts'

export const READINESS_DEFAULTS = {
  /** Milliseconds between two looks at a server that is not ready. */
  lookEvery: 500,
} as const

/** Which of the two an error reply says; null for any other error. */
export function notReadyKind(error: unknown): NotReady['kind'] | null {
  const text = error instanceof Error ? error.message : ''
  if (/^LOADING\b/.test(text)) return 'loading'
  return /^BUSY\b/.test(text) ? 'busy' : null
}

/** As it is thrown where nobody waits. */
export const notReadyError = (notReady: NotReady): AppError =>
  new AppError(
    'not_ready',
    notReady.kind === 'loading'
      ? 'This Redis is still loading its data. Try again in a moment.'
      : 'This Redis is busy with a long script. Wait for its end, or end it with SCRIPT KILL (FUNCTION KILL for a function).',
    { notReady },
  )

/** What a {@link notReadyError} carries; null for any other error. */
export function notReadyOf(error: unknown): NotReady | null {
  if (!(error instanceof AppError) || error.code !== 'not_ready') return null
  return (error.details?.notReady as NotReady | undefined) ?? null
}

/** What a server says of its loading, as INFO has it; null where it is not loading or does not tell. */
export function loadingOf(info: string): NotReady | null {
  const number = (name: string): number | null => {
    const found = new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1]
    return found === undefined ? null : Number(found)
  }
  if (number('loading') !== 1) return null
  const [done, total] = [number('loading_loaded_bytes'), number('loading_total_bytes')]
  return {
    kind: 'loading',
    loaded: done === null || total === null || total === 0 ? null : Math.min(1, done / total),
    secondsLeft: number('loading_eta_seconds'),
  }
}

/** Whether a connected server answers commands. @returns null where it does, or where this user may not ask */
export async function readReadiness(client: Redis): Promise<NotReady | null> {
  const kind = await client.ping().then(
    () => null,
    (error: unknown) => notReadyKind(error),
  )
  if (kind === null) return null
  const info = kind === 'loading' ? await client.info('persistence').catch(() => '') : ''
  return loadingOf(info) ?? { kind, loaded: null, secondsLeft: null }
}
