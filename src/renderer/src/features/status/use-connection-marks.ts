import type { SavedConnection } from '#shared/connections.ts'
import type { Environment } from '#shared/model.ts'
import { environmentInWords } from '../../lib/environment.ts'
import { toFailure } from '../../lib/failure.ts'
import { type EntryPart, savedOf } from '../../stores/connections.ts'
import { useApp, useConnection, useConnections } from '../../stores/context.ts'

/** Changes what the open connection is marked as. Of a saved one it offers to save that too. */
export function useConnectionMarks() {
  const { connection, connections, toasts } = useApp()
  const status = useConnection((state) => state.status)
  const saved = useConnections((state) =>
    status?.state === 'connected' ? savedOf(state, status.target) : null,
  )
  const attempt = async (work: () => Promise<void>) => {
    try {
      await work()
    } catch (error) {
      toasts.show('failed', toFailure(error).message)
    }
  }
  const offer = ({ id, name }: SavedConnection, part: EntryPart, words: string) =>
    toasts.offer(`${words} while it is open.`, {
      label: `Save in ${name.length > 24 ? 'the saved connection' : name}`,
      run: () => attempt(() => connections.change(id, part)),
    })
  return {
    setReadOnly: (readOnly: boolean) =>
      attempt(async () => {
        await connection.setReadOnly(readOnly)
        if (saved !== null && saved.readOnly !== readOnly)
          offer(saved, { readOnly }, readOnly ? 'Read-only' : 'Writable')
      }),
    setEnvironment: (environment: Environment | null) =>
      attempt(async () => {
        await connection.setEnvironment(environment)
        if (saved !== null && saved.environment !== environment)
          offer(saved, { environment }, `Marked as ${environmentInWords(environment).toLowerCase()}`)
      }),
  }
}
