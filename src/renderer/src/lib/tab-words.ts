import type { TabStatus } from '#shared/tabs.ts'
import type { App } from '../stores/app.ts'
import { plural } from './format.ts'

/** Where a tab is connected to, in short: `127.0.0.1:6379`, with the database where it is not the first. */
export function tabLabel({ target }: Pick<TabStatus, 'target'>): string {
  if (target === null) return 'New connection'
  return target.db === 0 ? target.label : `${target.label}/${target.db}`
}

const STATES = { disconnected: 'not connected', connecting: 'connecting', lost: 'connection lost' } as const

/** What a screen reader says of a tab. @param label what it is called */
export function tabName(tab: TabStatus, label: string): string {
  const parts = [
    label,
    tab.environment,
    tab.readOnly ? 'read-only' : null,
    tab.state === 'connected' || tab.target === null ? null : STATES[tab.state],
  ]
  return parts.filter((part) => part !== null).join(', ')
}

/** All of where it is connected to, for its tooltip: one thing a line. */
export function tabFacts({ target, state }: TabStatus): readonly string[] {
  if (target === null) return ['Connected to nothing yet']
  const where = target.path ?? `${target.host}:${target.port}`
  return [
    target.isPrivate ? `${where}, started by the inspector` : where,
    [
      `database ${target.db}`,
      `user ${target.username ?? 'default'}`,
      target.tls ? 'TLS' : null,
      target.tunnel === null ? null : `through ${target.tunnel}`,
    ]
      .filter((part) => part !== null)
      .join(', '),
    ...(state === 'connected' ? [] : [STATES[state]]),
  ]
}

/** What would be lost with a tab, as far as this page knows; nothing to ask about where it is empty. */
export function whyAskToClose({ demoUrl }: TabStatus, app: App | null): readonly string[] {
  const writes = app?.history.store.getState().status?.undo.length ?? 0
  const bulk = app?.bulk.store.getState().status.state ?? 'idle'
  const importing = app?.importing.store.getState().phase === 'running'
  const reasons = [
    demoUrl === null ? null : `Its demo server at ${demoUrl} stops.`,
    writes === 0 ? null : `${plural(writes, 'write')} made in it can no longer be undone.`,
    bulk === 'running' || importing
      ? 'Sessions are being written in it; that ends with those that are written by then.'
      : null,
    app?.detail.store.getState().draft == null ? null : 'A value was being edited in it and is not saved.',
  ]
  return reasons.filter((reason) => reason !== null)
}
