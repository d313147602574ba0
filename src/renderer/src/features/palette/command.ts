import type { Ability } from '#shared/abilities.ts'
import { toFailure } from '../../lib/failure.ts'
import type { App } from '../../stores/app.ts'
import { whyNot } from '../../stores/blocks.ts'

export interface Command {
  readonly id: string
  readonly group: 'Session' | 'List' | 'Go to' | 'Connect to' | 'App'
  readonly label: string
  /** As written on the keyboard, parted by spaces: `Ctrl K`. */
  readonly keys?: string
  /** Whether a press is this command's; presses within an input are asked only where `everywhere` is set. */
  readonly matches?: (event: KeyboardEvent) => boolean
  readonly everywhere?: boolean
  /** Why it does nothing now, or null. */
  blocked(app: App): string | null
  run(app: App): void | Promise<void>
}

export const plain = (key: string) => (event: KeyboardEvent) =>
  event.key === key && !event.ctrlKey && !event.metaKey && !event.altKey
export const always = () => null
export const connected = (app: App) =>
  app.connection.store.getState().status?.state === 'disconnected' ? 'Connect to a Redis first.' : null
/** For what is done under the prefix that is listed. */
export const able = (ability: Ability) => (app: App) =>
  whyNot(app.connection.store.getState(), ability, app.list.store.getState().prefix)
export const selectedAny = (app: App) =>
  app.detail.store.getState().selected === null ? 'Select a session first.' : null

/** Whether rows are picked. */
export const picking = (app: App) => {
  const { mode, keys } = app.picks.store.getState()
  return mode === 'all' || keys.size > 0
}
export const pickedAny = (app: App) => (picking(app) ? null : 'Select rows of the list first.')

/** Says a failure where no form is open to say it at. */
export const told = (run: (app: App) => Promise<string | null>) => async (app: App) => {
  try {
    const done = await run(app)
    if (done !== null) app.wrote(done)
  } catch (error) {
    app.toasts.show('failed', toFailure(error).message)
  }
}
