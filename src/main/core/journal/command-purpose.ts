import { AsyncLocalStorage } from 'node:async_hooks'
import type { CallName } from '#shared/contract.ts'

/** What commands are sent for. One object for one thing that is done, so that what it sends can be counted together. */
export interface Purpose {
  /** What was done, as one would say it afterwards: `changed a field`. */
  readonly words: string
  /** Done by itself, and not for something that somebody did. */
  readonly background: boolean
  /** Done again and again, always alike. */
  readonly repeats?: boolean
  /** The arguments are of somebody's cookies, so that nothing of them is kept. */
  readonly secret?: boolean
}

/** Commands that nobody has given a purpose; none is to be seen. */
export const NO_PURPOSE: Purpose = { words: 'not known', background: false }

const current = new AsyncLocalStorage<Purpose>()

export const currentPurpose = (): Purpose => current.getStore() ?? NO_PURPOSE

/** Does the work; all commands that it sends, also later on, are sent for this. */
export const doFor = <T>(purpose: Purpose, work: () => T): T => current.run(purpose, work)

const repeated = (words: string): Purpose => ({ words, background: true, repeats: true })
const once = (words: string): Purpose => ({ words, background: true })

/** Looks up keys that are made of what stands in a cookie: some of it is no id but a secret of somebody else's. */
export const COOKIE_LOOKUP: Purpose = {
  words: 'looked for the session of a cookie',
  background: false,
  secret: true,
}

/** What the inspector does by itself. */
export const BACKGROUND = {
  scan: repeated('scanned the keys'),
  reading: repeated('read what the filter or a column asks for'),
  others: repeated('looked whether others use the server'),
  poll: repeated('read the visible rows again'),
  count: repeated('counted the keys'),
  changed: repeated('read what has changed'),
  due: repeated('looked whether sessions have expired'),
  pass: repeated('looked for changes that nobody tells of'),
  open: repeated('read the open session again'),
  compare: repeated('read a session that is compared'),
  risks: repeated('read values for the report on risks'),
  heartbeat: repeated('heartbeat'),
  feed: once('listened for changes'),
  again: once('connected again'),
  allowed: once('asked which commands are allowed'),
} as const satisfies Record<string, Purpose>

/** What a call of the contract does, by its name; null for one that sends nothing itself: a scan goes on by itself. */
const CALLS: Readonly<Record<CallName, string | null>> = {
  'app.info': null,
  'tabs.list': null,
  'tabs.open': null,
  'tabs.close': null,
  'connection.status': null,
  'connection.connect': 'connected',
  'connection.test': 'tested a connection',
  'connection.disconnect': null,
  'connection.setReadOnly': null,
  'connection.setEnvironment': null,
  'connection.retry': 'connected again',
  'connection.lookAtPermissions': 'asked which commands are allowed',
  'connection.changeNotifications': 'changed the server’s notifications',
  'connections.list': null,
  'connections.save': null,
  'connections.saveOpen': null,
  'connections.importUrl': null,
  'connections.remove': null,
  'connections.restore': null,
  'connections.duplicate': null,
  'connections.move': null,
  'cluster.shares': 'counted the keys of each node',
  'list.window': 'showed the list',
  'list.rest': null,
  'list.stopScan': null,
  'list.resumeScan': null,
  'list.rescan': null,
  'list.setGentle': null,
  'list.setReading': null,
  'list.summary': null,
  'list.range': null,
  'list.prefixes': 'counted the namespaces',
  'list.fields': 'looked which fields there are',
  'list.addSamples': 'added sample sessions',
  'session.watch': 'opened a session',
  'session.read': null,
  'session.readField': 'read a whole field',
  'session.readValue': 'read a whole string',
  'session.create': 'created a session',
  'session.setField': 'changed a field',
  'session.removeField': 'removed a field',
  'session.renameField': 'renamed a field',
  'session.setFieldTtl': 'set a field’s TTL',
  'session.setValue': 'changed a string',
  'session.decode': 'decoded a session',
  'session.related': 'looked for the keys that belong to a session',
  'session.editDecoded': 'changed a decoded session',
  'cookie.find': 'looked for the session of a cookie',
  'session.setExpiry': 'set when a key expires',
  'session.setTtl': 'set a TTL',
  'session.touch': 'touched a session',
  'session.rotate': 'rotated an id',
  'session.delete': 'deleted a session',
  'session.deleteKey': 'deleted a key',
  'history.status': null,
  'history.undo': 'undid a write',
  'history.redo': 'redid a write',
  'history.forget': null,
  'bulk.status': null,
  'bulk.freeze': 'made a frozen list',
  'bulk.rows': null,
  'bulk.run': 'wrote the sessions of a frozen list',
  'bulk.stop': null,
  'bulk.close': null,
  'export.begin': 'began an export',
  'export.read': 'exported sessions',
  'export.stop': null,
  'import.begin': 'began an import',
  'import.check': 'looked what an import would do',
  'import.run': 'imported sessions',
  'import.stop': null,
  'timeline.read': null,
  'timeline.diff': null,
  'timeline.export': null,
  'timeline.pins': null,
  'timeline.pin': 'pinned a session',
  'timeline.unpin': null,
  'risks.report': null,
  'risks.close': null,
  'risks.read': null,
  'risks.sessions': null,
  'risks.ids': null,
  'risks.export': null,
  'risks.orphans': null,
  'risks.removeMembers': 'removed orphaned entries of indexes',
  'privateRedis.status': null,
  'privateRedis.start': 'connected to the private Redis',
  'privateRedis.stop': null,
  'privateRedis.drop': null,
  'privateRedis.address': null,
  'demo.status': null,
  'demo.start': 'started the demo server',
  'demo.stop': null,
  'demo.requests': null,
  'commands.read': null,
  'commands.clear': null,
  'commands.script': null,
  'commands.follow': null,
}

export const purposeOfCall = (name: CallName): Purpose => {
  const words = CALLS[name]
  return words === null ? NO_PURPOSE : { words, background: false }
}

/** @param request its method and path */
export const purposeOfRequest = (request: string): Purpose => ({
  words: `demo server: ${request}`,
  background: false,
})
