import { isDesktop, isMac, MOD } from '../../lib/platform.ts'
import type { App } from '../../stores/app.ts'
import { able, always, type Command, selectedAny } from '../palette/command.ts'

/** Keys of the desktop app: a browser keeps them for tabs of its own. */
const desktop = (keys: string, matches: (event: KeyboardEvent) => boolean) =>
  isDesktop ? { keys, matches, everywhere: true } : {}

const withMod = (key: string) => (event: KeyboardEvent) =>
  event.key.toLowerCase() === key &&
  !event.altKey &&
  !event.shiftKey &&
  (isMac ? event.metaKey : event.ctrlKey)
const isTab = (shift: boolean) => (event: KeyboardEvent) =>
  event.key === 'Tab' && event.ctrlKey && event.shiftKey === shift

const several = (app: App) =>
  app.tabs.store.getState().tabs.length > 1 ? null : 'There is one connection only. Open another one first.'

/** Why there is no other connection to compare a session with, or null. */
export const whyNotComparable = (app: App): string | null =>
  able('open')(app) ??
  selectedAny(app) ??
  (app.tabs.store.getState().tabs.some(({ number, state }) => number !== app.tab && state === 'connected')
    ? null
    : 'Connect to another Redis in a tab of its own first.')

/** What is done with several connections. */
export const TAB_COMMANDS: readonly Command[] = [
  {
    id: 'compare',
    group: 'Session',
    label: 'Compare with another connection…',
    keys: 'Shift C',
    matches: (event) => event.key === 'C' && !event.ctrlKey && !event.metaKey && !event.altKey,
    blocked: whyNotComparable,
    run: (app) => app.openDialog('compare'),
  },
  {
    id: 'open-tab',
    group: 'App',
    label: 'Open another connection in a tab',
    ...desktop(`${MOD} T`, withMod('t')),
    blocked: always,
    run: (app) => app.tabs.open(),
  },
  {
    id: 'close-tab',
    group: 'App',
    label: 'Close this connection’s tab',
    // With the last one the menu closes the window.
    ...desktop(`${MOD} W`, withMod('w')),
    blocked: several,
    run: (app) => app.tabs.close(app.tab),
  },
  {
    id: 'next-tab',
    group: 'Go to',
    label: 'Next connection',
    ...desktop('Ctrl Tab', isTab(false)),
    blocked: several,
    run: (app) => app.tabs.step(1),
  },
  {
    id: 'previous-tab',
    group: 'Go to',
    label: 'Previous connection',
    ...desktop('Ctrl Shift Tab', isTab(true)),
    blocked: several,
    run: (app) => app.tabs.step(-1),
  },
]
