import type { App } from '../../stores/app.ts'
import { savedOf } from '../../stores/connections.ts'
import { able, type Command } from './command.ts'

/** Why the connection that there is cannot be saved, or null. */
export function whyNotSaveable(app: App): string | null {
  const { status } = app.connection.store.getState()
  if (status?.state !== 'connected') return able('list')(app)
  if (status.target.isPrivate) return 'The private Redis ends with the inspector.'
  const saved = savedOf(app.connections.store.getState(), status.target)
  return saved === null ? null : `It is saved as ${saved.name}.`
}

/** What is open stays: in a tab of its own, or in the one that has it already. */
async function connectBeside(app: App, id: string): Promise<void> {
  const { tabs } = app
  const there = tabs.store.getState().tabs.find(({ target }) => target?.saved === id)
  if (there !== undefined) {
    tabs.show(there.number)
    return
  }
  if (app.connection.store.getState().status?.state === 'disconnected') {
    app.connectTo(id)
    return
  }
  await tabs.open()
  const { active } = tabs.store.getState()
  if (active !== null) tabs.app(active).connectTo(id)
}

/** A command for each saved connection. */
export function connectCommands(app: App): readonly Command[] {
  const { status } = app.connection.store.getState()
  const current = status === null || status.state === 'disconnected' ? null : status.target.saved
  const { list } = app.connections.store.getState()
  return (list?.connections ?? []).map(({ id, name, label, environment }) => ({
    id: `connect-${id}`,
    group: 'Connect to',
    label: [`Connect to ${name}`, name === label ? null : label, environment]
      .filter((part) => part !== null)
      .join(' · '),
    blocked: () => (id === current ? 'This is the connection that is open.' : null),
    run: () => connectBeside(app, id),
  }))
}
