import { useDetail, useWriteBlock } from '../../stores/context.ts'

/** Why the selected session cannot be changed at the moment, or null. */
export function useSessionBlock(): string | null {
  const blocked = useWriteBlock()
  const ending = useDetail((state) => state.ending)
  if (ending !== null)
    return ending.how === 'expired' ? 'This session has expired.' : 'This session was deleted.'
  return blocked
}
