import type { NotReady } from '#shared/model.ts'
import { formatDuration } from './format.ts'

/** What ends a script; the inspector never sends it. */
export const KILL_COMMAND = 'SCRIPT KILL'

/** After the server's name: `is loading its data: 42 %, about 12 s left`. */
export function notReadyInWords({ kind, loaded, secondsLeft }: NotReady): string {
  if (kind === 'busy') return 'is busy with a script that takes long, and answers nothing else'
  const percent = loaded === null ? '' : `: ${Math.floor(100 * loaded)} %`
  const left = secondsLeft === null || secondsLeft < 1 ? '' : `, about ${formatDuration(secondsLeft)} left`
  return `is loading its data${percent}${left}`
}
