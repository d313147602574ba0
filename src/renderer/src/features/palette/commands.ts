import type { Ability } from '#shared/abilities.ts'
import { COPIED_UNSEEN } from '../../components/CopyButton.tsx'
import { focusCommands, focusDetail, focusFilter, focusGrid, focusPrefix } from '../../lib/focus.ts'
import { isMac, MOD } from '../../lib/platform.ts'
import type { App } from '../../stores/app.ts'
import { whyNoCluster } from '../../stores/connection.ts'
import { whyFieldsAreFixed, whyKeyIsFixed, whySessionIsFixed } from '../detail/session-block.ts'
import { userName } from '../detail/who.ts'
import { TAB_COMMANDS } from '../tabs/tab-commands.ts'
import { openSessionExport, whyNotExportable } from '../transfer/export-target.ts'
import { able, always, type Command, connected, picking, plain, selectedAny, told } from './command.ts'
import { whyNotSaveable } from './connect-commands.ts'
import { LIST_COMMANDS } from './list-commands.ts'
import { PRIVACY_COMMANDS } from './privacy-commands.ts'
import { RISK_COMMANDS } from './risk-commands.ts'
import { TIMELINE_COMMANDS } from './timeline-commands.ts'

const forKey = (why: typeof whyKeyIsFixed) => (ability: Ability) => (app: App) =>
  why(app.connection.store.getState(), app.detail.store.getState(), ability)
const withFields = forKey(whyFieldsAreFixed)
const withSession = forKey(whySessionIsFixed)
const withKey = forKey(whyKeyIsFixed)

const withMod = (key: string) => (event: KeyboardEvent) =>
  event.key.toLowerCase() === key && !event.altKey && (isMac ? event.metaKey : event.ctrlKey)
const isZ = withMod('z')
const isY = withMod('y')
const nothingTo = (which: 'undo' | 'redo') => (app: App) =>
  (app.history.store.getState().status?.[which].length ?? 0) === 0 ? `There is nothing to ${which}.` : null

const copied = (app: App, done: string) =>
  app.privacy.store.getState().mode === 'streaming' ? `${done} ${COPIED_UNSEEN}` : done
const copyId = told(async (app) => {
  const { selected } = app.detail.store.getState()
  if (typeof selected !== 'string') return null
  await navigator.clipboard.writeText(selected)
  return copied(app, 'Copied the session id.')
})
const copyCookie = told(async (app) => {
  const { selected } = app.detail.store.getState()
  if (typeof selected !== 'string') return null
  await navigator.clipboard.writeText(`sid=${selected}`)
  return copied(app, 'Copied the cookie.')
})

/** Everything that one can do, with its keys. The palette, the shortcuts dialog and the keyboard all read this list. */
export const COMMANDS: readonly Command[] = [
  {
    id: 'new',
    group: 'Session',
    label: 'New session…',
    keys: 'n',
    matches: plain('n'),
    blocked: able('create'),
    run: (app) => app.openDialog('create'),
  },
  {
    id: 'touch',
    group: 'Session',
    label: 'Touch the session',
    keys: 't',
    matches: plain('t'),
    blocked: withSession('touch'),
    run: told(async (app) => {
      await app.detail.touch()
      return 'Touched the session: its time starts anew.'
    }),
  },
  {
    id: 'add-field',
    group: 'Session',
    label: 'Add a field',
    keys: 'a',
    matches: plain('a'),
    blocked: withFields('editFields'),
    run: (app) => app.detail.add(),
  },
  {
    id: 'rotate',
    group: 'Session',
    label: 'Rotate the session’s id…',
    blocked: withSession('rotate'),
    run: (app) => app.openDialog('rotate'),
  },
  {
    id: 'copy-id',
    group: 'Session',
    label: 'Copy the session id',
    keys: 'c',
    matches: plain('c'),
    blocked: selectedAny,
    run: copyId,
  },
  {
    id: 'copy-cookie',
    group: 'Session',
    label: 'Copy the session’s cookie',
    blocked: selectedAny,
    run: copyCookie,
  },
  {
    id: 'export-session',
    group: 'Session',
    label: 'Export the session…',
    blocked: (app) => able('export')(app) ?? whyNotExportable(app.detail.store.getState()),
    run: (app) => openSessionExport(app),
  },
  {
    id: 'delete',
    group: 'Session',
    label: 'Delete the session or key, or those selected…',
    keys: isMac ? '⌫' : 'Del',
    matches: (event) => plain('Delete')(event) || (isMac && plain('Backspace')(event)),
    blocked: (app) => (picking(app) ? able('deleteMany')(app) : withKey('delete')(app)),
    run: (app) => (picking(app) ? app.beginBulk('delete') : app.openDialog('delete')),
  },
  {
    id: 'log-out',
    group: 'Session',
    label: 'Log the user out everywhere…',
    blocked: (app) =>
      able('deleteMany')(app) ??
      selectedAny(app) ??
      (userName(app.detail.store.getState().detail) === null ? 'Nobody is logged in to this session.' : null),
    run: (app) => {
      const user = userName(app.detail.store.getState().detail)
      if (user !== null) app.beginLogOut(user)
    },
  },
  {
    id: 'undo',
    group: 'Session',
    label: 'Undo the last write',
    keys: `${MOD} Z`,
    matches: (event) => isZ(event) && !event.shiftKey,
    blocked: (app) => able('undo')(app) ?? nothingTo('undo')(app),
    run: (app) => app.takeBackAndTell('undo'),
  },
  {
    id: 'redo',
    group: 'Session',
    label: 'Redo what was undone',
    keys: `${MOD} Shift Z`,
    matches: (event) => (isZ(event) && event.shiftKey) || (!isMac && isY(event)),
    blocked: (app) => able('undo')(app) ?? nothingTo('redo')(app),
    run: (app) => app.takeBackAndTell('redo'),
  },
  {
    id: 'history',
    group: 'Session',
    label: 'Undo history…',
    keys: 'u',
    matches: plain('u'),
    blocked: connected,
    run: (app) => app.openDialog('history'),
  },
  {
    id: 'filter',
    group: 'Go to',
    label: 'Filter the list',
    keys: '/',
    matches: plain('/'),
    blocked: connected,
    run: focusFilter,
  },
  {
    id: 'cookie',
    group: 'Go to',
    label: 'Find a session by its cookie…',
    keys: 'f',
    matches: plain('f'),
    // Whatever is listed: it may lie under another prefix, which this user may use.
    blocked: connected,
    run: (app) => app.openDialog('cookie'),
  },
  {
    id: 'prefix',
    group: 'Go to',
    label: 'Prefix',
    keys: 'p',
    matches: plain('p'),
    blocked: connected,
    run: focusPrefix,
  },
  {
    id: 'list',
    group: 'Go to',
    label: 'Session list',
    keys: 'l',
    matches: plain('l'),
    blocked: connected,
    run: focusGrid,
  },
  {
    id: 'detail',
    group: 'Go to',
    label: 'Session detail',
    keys: 'Enter',
    blocked: selectedAny,
    run: focusDetail,
  },
  ...LIST_COMMANDS,
  ...TIMELINE_COMMANDS,
  ...RISK_COMMANDS,
  ...TAB_COMMANDS,
  ...PRIVACY_COMMANDS,
  {
    id: 'demo',
    group: 'App',
    label: 'Show or hide the demo server',
    keys: 'd',
    matches: plain('d'),
    blocked: connected,
    run: (app) => app.drawer.toggle('demo'),
  },
  {
    id: 'commands',
    group: 'App',
    label: 'Commands sent to Redis',
    keys: 'm',
    matches: plain('m'),
    blocked: connected,
    run: (app) => {
      app.drawer.toggle('commands')
      // When its panel is there.
      if (app.drawer.store.getState().open === 'commands') requestAnimationFrame(focusCommands)
    },
  },
  {
    id: 'cluster',
    group: 'App',
    label: 'Cluster nodes…',
    blocked: (app) => whyNoCluster(app.connection.store.getState()),
    run: (app) => app.openDialog('cluster'),
  },
  {
    id: 'palette',
    group: 'App',
    label: 'All commands',
    keys: `${MOD} K`,
    matches: (event) => event.key.toLowerCase() === 'k' && (isMac ? event.metaKey : event.ctrlKey),
    everywhere: true,
    blocked: always,
    run: (app) => app.openDialog('palette'),
  },
  {
    id: 'shortcuts',
    group: 'App',
    label: 'Keyboard shortcuts',
    keys: '?',
    matches: plain('?'),
    blocked: always,
    run: (app) => app.openDialog('shortcuts'),
  },
  {
    id: 'theme-light',
    group: 'App',
    label: 'Light theme',
    blocked: always,
    run: (app) => app.settings.setState({ theme: 'light' }),
  },
  {
    id: 'theme-dark',
    group: 'App',
    label: 'Dark theme',
    blocked: always,
    run: (app) => app.settings.setState({ theme: 'dark' }),
  },
  {
    id: 'theme-system',
    group: 'App',
    label: 'Theme of the system',
    blocked: always,
    run: (app) => app.settings.setState({ theme: 'system' }),
  },
  {
    id: 'retry',
    group: 'App',
    label: 'Try the lost connection again',
    blocked: (app) =>
      app.connection.store.getState().status?.state === 'lost' ? null : 'The connection is not lost.',
    run: told(async (app) => {
      await app.connection.retry()
      return null
    }),
  },
  {
    id: 'save-connection',
    group: 'App',
    label: 'Save this connection…',
    blocked: whyNotSaveable,
    run: (app) => app.openDialog('saveConnection'),
  },
  {
    id: 'permissions',
    group: 'App',
    label: 'Look again at what this Redis user may do',
    blocked: connected,
    run: told(async (app) => {
      await app.connection.lookAtPermissions()
      return null
    }),
  },
  {
    id: 'stop-private-redis',
    group: 'App',
    label: 'Stop the private Redis…',
    blocked: (app) =>
      app.privateRedis.store.getState().status?.running == null ? 'No private Redis runs.' : null,
    run: (app) => app.openDialog('stopPrivateRedis'),
  },
  {
    id: 'disconnect',
    group: 'App',
    label: 'Disconnect',
    blocked: connected,
    run: told(async (app) => {
      await app.connection.disconnect()
      return null
    }),
  },
]

/** Keys that belong to the list itself, for the shortcuts dialog. */
export const LIST_KEYS: readonly { readonly label: string; readonly keys: string }[] = [
  { label: 'Select the row above or below', keys: '↑ ↓' },
  { label: 'Move by a screenful', keys: 'PgUp PgDn' },
  { label: 'First or last row', keys: 'Home End' },
  { label: 'Open the selected session', keys: 'Enter' },
  { label: 'Select rows for an action on many', keys: 'Space' },
  { label: 'Select a stretch of rows', keys: 'Shift ↑ ↓' },
  { label: 'Back to the list, then unselect', keys: 'Esc' },
]
