import type { ScanPhase } from '#shared/model.ts'
import { isMac, MOD } from '../../lib/platform.ts'
import type { App } from '../../stores/app.ts'
import { listTarget, whyNothingToExport } from '../transfer/export-target.ts'
import { able, type Command, connected, pickedAny, plain, told } from './command.ts'

const inPhase = (phase: ScanPhase, otherwise: string) => (app: App) =>
  able('list')(app) ?? (app.list.store.getState().progress?.phase === phase ? null : otherwise)

/** What is done with the list as a whole. */
export const LIST_COMMANDS: readonly Command[] = [
  {
    id: 'updates',
    group: 'List',
    label: 'Show waiting updates',
    keys: 'u',
    matches: plain('u'),
    blocked: (app) => (app.list.store.getState().waiting === 0 ? 'No update is waiting.' : null),
    run: (app) => app.list.showUpdates(),
  },
  {
    id: 'select-all',
    group: 'List',
    label: 'Select all that match',
    keys: `${MOD} A`,
    matches: (event) =>
      event.key.toLowerCase() === 'a' && !event.altKey && (isMac ? event.metaKey : event.ctrlKey),
    blocked: connected,
    run: (app) => app.picks.all(),
  },
  {
    id: 'export-picked',
    group: 'List',
    label: 'Export those selected…',
    blocked: (app) => able('export')(app) ?? pickedAny(app),
    run: (app) => app.exportPicked(),
  },
  {
    id: 'bulk-ttl',
    group: 'List',
    label: 'Change the TTL of those selected…',
    blocked: (app) => able('setTtlOfMany')(app) ?? pickedAny(app),
    run: (app) => app.beginBulk('setTtl'),
  },
  {
    id: 'rescan',
    group: 'List',
    label: 'Scan again',
    keys: 'r',
    matches: plain('r'),
    blocked: able('list'),
    run: (app) => app.list.rescan(),
  },
  {
    id: 'stop-scan',
    group: 'List',
    label: 'Stop the scan',
    blocked: inPhase('scanning', 'No scan is under way.'),
    run: (app) => app.list.stopScan(),
  },
  {
    id: 'resume-scan',
    group: 'List',
    label: 'Resume the scan',
    blocked: inPhase('stopped', 'No scan is stopped.'),
    run: (app) => app.list.resumeScan(),
  },
  {
    id: 'gentle',
    group: 'List',
    label: 'Scan gently, or at full speed again',
    blocked: able('list'),
    run: (app) => app.list.setGentle(!app.list.store.getState().progress?.gentle),
  },
  {
    id: 'sort-ttl',
    group: 'List',
    label: 'Sort by TTL',
    blocked: connected,
    run: (app) => app.list.sortBy('expiresAt'),
  },
  {
    id: 'sort-seen',
    group: 'List',
    label: 'Sort by last seen',
    blocked: connected,
    run: (app) => app.list.sortBy('lastAccessedAt'),
  },
  {
    id: 'sort-created',
    group: 'List',
    label: 'Sort by creation',
    blocked: connected,
    run: (app) => app.list.sortBy('createdAt'),
  },
  {
    id: 'sort-user',
    group: 'List',
    label: 'Sort by user',
    blocked: connected,
    run: (app) => app.list.sortBy({ field: 'username' }),
  },
  {
    id: 'export',
    group: 'List',
    label: 'Export sessions…',
    blocked: (app) => able('export')(app) ?? whyNothingToExport(app.list.store.getState()),
    run: (app) => app.openExport(listTarget(app.list.store.getState())),
  },
  {
    id: 'import',
    group: 'List',
    label: 'Import sessions…',
    blocked: able('checkImport'),
    run: (app) => app.openDialog('import'),
  },
  {
    id: 'samples',
    group: 'List',
    label: 'Add 200 sample sessions',
    blocked: able('addSamples'),
    run: told(async (app) => `Added ${await app.list.addSamples(200)} sample sessions.`),
  },
]
