import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Bytes } from '#shared/bytes.ts'
import type { AppInfo, ConnectionStatus } from '#shared/model.ts'
import type { RiskId } from '#shared/risks.ts'
import type { Redaction } from '#shared/transfer.ts'
import type { Transport } from '#shared/transport.ts'
import { DEFAULT_TTL_SECONDS } from '#shared/ttl.ts'
import type { Clock } from '../lib/clock.ts'
import { toFailure } from '../lib/failure.ts'
import { plural } from '../lib/format.ts'
import { fileName, saveFile } from '../lib/save-file.ts'
import { takenBackInWords } from '../lib/undo-words.ts'
import { whyStale } from './blocks.ts'
import { type BulkStore, createBulkStore } from './bulk.ts'
import { type ClusterStore, createClusterStore } from './cluster.ts'
import { type CommandsStore, createCommandsStore } from './commands.ts'
import { type ConnectionStore, createConnectionStore } from './connection.ts'
import { type ConnectionsStore, createConnectionsStore, savedOf } from './connections.ts'
import { type CookieStore, createCookieStore } from './cookie.ts'
import { createDecodedStore, type DecodedStore } from './decoded.ts'
import { createDemoStore, type DemoStore } from './demo.ts'
import { createDetailStore, type DetailStore } from './detail.ts'
import { createDrawerStore, type DrawerStore } from './drawer.ts'
import { createExportStore, type ExportStore, type ExportTarget } from './export.ts'
import { createHistoryStore, type HistoryStore } from './history.ts'
import { createImportStore, type ImportStore } from './import.ts'
import { createListStore } from './list.ts'
import type { ListStore } from './list-state.ts'
import { countPicked, createPicksStore, type PicksStore, picksProblem, scopeOf } from './picks.ts'
import { createPinsStore, type PinsStore } from './pins.ts'
import { createPrefixesStore, type PrefixesStore } from './prefixes.ts'
import type { Privacy } from './privacy.ts'
import { createPrivateRedisStore, type PrivateRedisStore } from './private-redis.ts'
import { createRevealsStore, type RevealsStore } from './reveals.ts'
import { createRisksStore, type RisksStore } from './risks.ts'
import { createSessionTimeline, type SessionTimelineStore } from './session-timeline.ts'
import type { Settings } from './settings.ts'
import { createSummaryStore, type SummaryStore } from './summary.ts'
import type { Tabs } from './tabs.ts'
import { createTimelinePanel, type TimelinePanelStore } from './timeline-panel.ts'
import type { ToastList, Toasts } from './toasts.ts'

/** The dialog that is open; one at a time. */
export type OpenDialog =
  | 'create'
  | 'delete'
  | 'rotate'
  | 'palette'
  | 'shortcuts'
  | 'history'
  | 'export'
  | 'import'
  | 'compare'
  | 'saveConnection'
  | 'stopPrivateRedis'
  | 'cluster'
  | 'cookie'
  | 'exportTimeline'
  | 'stopStreaming'
  | null

/** The part of the session that is shown. */
export type DetailTab = 'fields' | 'timeline' | 'cli'

/** What is the same in all tabs of a page. */
export interface AppShared {
  readonly clock: Clock
  readonly settings: StoreApi<Settings>
  readonly privacy: Privacy
  readonly toasts: ToastList
  readonly tabs: Tabs
  /** @throws AppError */
  readonly readInfo: (through: Transport) => Promise<AppInfo>
}

/** The screen of one tab. */
export interface App {
  /** Its number. */
  readonly tab: number
  /** The others. */
  readonly tabs: Tabs
  readonly clock: Clock
  readonly settings: StoreApi<Settings>
  readonly privacy: Privacy
  readonly reveals: RevealsStore
  readonly connection: ConnectionStore
  readonly connections: ConnectionsStore
  readonly list: ListStore
  readonly summary: SummaryStore
  readonly prefixes: PrefixesStore
  readonly cluster: ClusterStore
  readonly cookie: CookieStore
  readonly detail: DetailStore
  readonly decoded: DecodedStore
  readonly picks: PicksStore
  readonly bulk: BulkStore
  readonly history: HistoryStore
  readonly exporting: ExportStore
  readonly importing: ImportStore
  readonly detailTab: StoreApi<{ readonly tab: DetailTab }>
  readonly pins: PinsStore
  readonly sessionTimeline: SessionTimelineStore
  readonly timeline: TimelinePanelStore
  readonly risks: RisksStore
  readonly demo: DemoStore
  readonly privateRedis: PrivateRedisStore
  readonly drawer: DrawerStore
  readonly commands: CommandsStore
  readonly toasts: Toasts
  readonly dialog: StoreApi<{ readonly open: OpenDialog }>
  /** Whose timeline is to be saved; the prefix is null before the first. */
  readonly timelineExport: StoreApi<{ readonly prefix: string | null; readonly id: Bytes | null }>
  openDialog(dialog: OpenDialog): void
  /** Looks for the sessions of cookies that were pasted elsewhere. */
  findByCookie(pasted: string): void
  /** Connects to a saved connection. What comes of it shows where it is connected to, or in its form. */
  connectTo(id: string): void
  setPrefix(prefix: string): void
  select(id: Bytes | null): void
  /** Selects a session of any prefix and scrolls to it. */
  goTo(prefix: string, id: Bytes): void
  /** Creates a session under the prefix and selects it. @throws AppError */
  create(fields: Readonly<Record<string, string>>, ttl: string): Promise<void>
  /** Gives the selected session a new id and follows it. @throws AppError */
  rotate(): Promise<void>
  /**
   * Deletes the selected session, or key of any kind.
   * @param fingerprint of what was shown of a key that is no session; null to delete it whatever it holds
   * @returns false when it had gone already @throws AppError
   */
  remove(fingerprint: string | null, related: boolean): Promise<boolean>
  /** Makes the frozen list of the picked sessions for what is to be done to them. */
  beginBulk(kind: 'delete' | 'setTtl'): void
  /** Asks how the picked sessions are to be exported. */
  exportPicked(): void
  /** Makes the frozen list of all sessions of a user. @param others those in other libraries' formats are meant, too */
  beginLogOut(user: Bytes, others?: boolean): void
  /** Makes the frozen list of the sessions that a finding is about, as many as one list takes. */
  beginRiskAction(kind: 'delete' | 'setTtl', finding: RiskId): Promise<void>
  /** Saves the report on leaks and risks as a JSON file. @param named with ids and users as they are */
  exportRisks(named: boolean): Promise<void>
  /** Says that a write was done, with a way to undo it where there is one. */
  wrote(text: string): void
  /**
   * Takes the last write back or makes it again, and shows the session.
   * @returns what was done, in words; null where a conflict is to be decided first @throws AppError
   */
  takeBack(which: 'undo' | 'redo', force?: boolean): Promise<string | null>
  /** The same, and says what came of it. */
  takeBackAndTell(which: 'undo' | 'redo'): Promise<void>
  /** Asks how these sessions are to be exported. */
  openExport(target: ExportTarget): void
  /** Keeps the values of the selected session in the timeline, also while another one is selected, or no longer. */
  togglePin(): Promise<void>
  /** Asks how what is kept of one session, or of the prefix, is to be saved. @param id null for all sessions */
  exportTimeline(id: Bytes | null): void
  /** Saves it as a JSON file. @throws AppError */
  saveTimeline(redact: Redaction): Promise<void>
  /** Starts the demo server with its defaults and opens its drawer. */
  startDemo(): Promise<void>
  /** It is on the screen now, or another tab is: what nobody sees is not asked for. */
  setShown(shown: boolean): void
  /** @param prefilled connect to the prefilled Redis where there is one */
  start(prefilled: boolean): Promise<void>
}

/** What the demo server starts with: the guide's port and TTL, in seconds. */
export const DEMO_DEFAULTS = { port: 8080, ttl: DEFAULT_TTL_SECONDS } as const

/** Builds the stores of a tab on its transport and ties them together. @param prefix that its list begins with */
export function createApp(transport: Transport, tab: number, prefix: string, shared: AppShared): App {
  const { clock, settings, privacy, tabs } = shared
  const connection = createConnectionStore(transport, clock.now, () => shared.readInfo(transport))
  const connections = createConnectionsStore(transport)
  const detail = createDetailStore(transport, clock.now)
  const decoded = createDecodedStore(transport, detail)
  const reveals = createRevealsStore(privacy, detail)
  const detailTab = createStore<{ readonly tab: DetailTab }>(() => ({ tab: 'fields' }))
  const history = createHistoryStore(transport)
  const exporting = createExportStore(transport, clock.now)
  const importing = createImportStore(transport, clock.now)
  const pins = createPinsStore(transport)
  const sessionTimeline = createSessionTimeline(transport, detail)
  const demo = createDemoStore(transport)
  const privateRedis = createPrivateRedisStore(transport, connection)
  const drawer = createDrawerStore()
  const commands = createCommandsStore(transport)
  const toasts = shared.toasts.of(tab)
  const dialog = createStore<{ readonly open: OpenDialog }>(() => ({ open: null }))
  const timelineExport = createStore<{ readonly prefix: string | null; readonly id: Bytes | null }>(() => ({
    prefix: null,
    id: null,
  }))
  const list = createListStore(
    {
      transport,
      now: clock.now,
      selected: () => detail.store.getState().selected,
      select: (id) => detail.select(list.store.getState().prefix, id),
    },
    { prefix, columns: settings.getState().columns },
  )
  const summary = createSummaryStore({ transport, now: clock.now, list, connection })
  const prefixes = createPrefixesStore(transport)
  const cluster = createClusterStore(transport, list)
  const cookie = createCookieStore(transport, list)
  const picks = createPicksStore(transport, () => list.shown())
  const bulk = createBulkStore(transport)
  const timeline = createTimelinePanel(transport, list)
  const risks = createRisksStore(transport, list)

  const setPrefix = (prefix: string) => {
    list.setPrefix(prefix)
    settings.setState({ prefix })
    detail.select(prefix, null)
  }

  const goTo = (prefix: string, id: Bytes) => {
    if (prefix !== list.store.getState().prefix) setPrefix(prefix)
    detail.select(prefix, id)
    list.revealSelected()
  }

  connection.store.subscribe(({ status, hostLostSince }, before) => {
    const usable = status?.state === 'connected' && hostLostSince === null
    const wasUsable = before.status?.state === 'connected' && before.hostLostSince === null
    if (isOtherServer(before.status, status)) {
      list.clear()
      prefixes.clear()
      picks.clear()
      bulk.close()
      pins.clear()
      commands.forget()
      detail.select(list.store.getState().prefix, null)
    }
    // What was refused may be shown now.
    if (usable && wasUsable && permissions(before.status) !== permissions(status)) {
      list.refresh()
      detail.reload()
    }
    // Connected just now, and not only heard of it now: begin with what is of interest there.
    if (usable && before.status?.state === 'connecting') {
      const saved = savedOf(connections.store.getState(), status.target)
      if (saved !== null) connections.edit(saved.id)
      const [first] = saved?.prefixes ?? []
      if (first !== undefined) setPrefix(first)
    }
    // Whatever happened in the meantime was not heard: ask for everything that is on the screen.
    if (usable && !wasUsable) {
      list.refresh()
      detail.reload()
      timeline.reload()
      risks.reload()
      sessionTimeline.reload()
      void pins.load()
      commands.reload()
      void history.load()
      void demo.load().then(() => {
        const runs = demo.store.getState().status.state === 'running'
        if (runs && drawer.store.getState().open === null) drawer.show('demo')
      })
    }
  })
  list.store.subscribe(({ columns, prefix, filter }, before) => {
    if (columns !== before.columns) settings.setState({ columns: [...columns] })
    // What was picked there is out of sight now.
    if (prefix !== before.prefix || filter !== before.filter) picks.clear()
  })

  /** The last write that a toast has told of. */
  let told = 0
  const takeBack = async (which: 'undo' | 'redo', force = false): Promise<string | null> => {
    const outcome = await history.take(which, force)
    if (outcome === null) return null
    const { prefix } = outcome.entry
    told = Math.max(told, history.store.getState().status?.undo[0]?.number ?? 0)
    const [id = null] = outcome.ids
    if (outcome.entry.count === 1) {
      if (id !== null) goTo(prefix, id)
      else detail.select(prefix, null)
    } else if (prefix !== list.store.getState().prefix) setPrefix(prefix)
    list.refresh()
    return takenBackInWords(which, outcome, privacy.store.getState())
  }

  return {
    tab,
    tabs,
    clock,
    settings,
    privacy,
    reveals,
    connection,
    connections,
    list,
    summary,
    prefixes,
    cluster,
    cookie,
    detail,
    decoded,
    picks,
    bulk,
    history,
    exporting,
    importing,
    detailTab,
    pins,
    sessionTimeline,
    timeline,
    risks,
    demo,
    privateRedis,
    drawer,
    commands,
    toasts,
    dialog,
    timelineExport,
    openDialog: (open) => dialog.setState({ open }),
    findByCookie(pasted) {
      cookie.store.setState({ pasted })
      dialog.setState({ open: 'cookie' })
    },
    connectTo(id) {
      connections.edit(id)
      void connection.connect({ saved: id })
    },
    setPrefix,
    select: (id) => detail.select(list.store.getState().prefix, id),
    goTo,
    async create(fields, ttl) {
      const { prefix } = list.store.getState()
      const { id } = await transport.invoke('session.create', { prefix, fields, ttl })
      goTo(prefix, id)
    },
    async rotate() {
      const { prefix } = detail.store.getState()
      goTo(prefix, await detail.rotate())
    },
    async remove(fingerprint, related) {
      const { prefix } = detail.store.getState()
      const deleted = await detail.remove(fingerprint, related)
      detail.select(prefix, null)
      list.refresh()
      return deleted
    },
    beginBulk(kind) {
      const { prefix, filter } = list.store.getState()
      const problem = picksProblem(picks.store.getState())
      if (problem !== null) toasts.show('failed', problem)
      else void bulk.begin({ kind }, prefix, scopeOf(picks.store.getState(), filter))
    },
    exportPicked() {
      const { prefix, filter, view } = list.store.getState()
      const picked = picks.store.getState()
      const problem = picksProblem(picked)
      if (problem !== null) {
        toasts.show('failed', problem)
        return
      }
      const count = countPicked(picked, view?.matched ?? 0)
      const choice = { label: plural(count, 'selected session'), scope: scopeOf(picked, filter), count }
      exporting.open({ prefix, choices: [choice] })
      dialog.setState({ open: 'export' })
    },
    beginLogOut(user, others = false) {
      void bulk.begin({ kind: 'logOut', user, others }, list.store.getState().prefix, { user })
    },
    async beginRiskAction(kind, finding) {
      const { prefix } = list.store.getState()
      try {
        const { ids, more } = await risks.ids(finding)
        if (ids.length === 0) toasts.show('failed', 'None of these sessions is there any more.')
        else void bulk.begin({ kind, others: true, more }, prefix, { ids: [...ids] })
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    },
    async exportRisks(named) {
      try {
        const file = new Blob([await risks.export(named)], { type: 'application/json' })
        saveFile(fileName(list.store.getState().prefix, 'risks', 'json', clock.now()), file)
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    },
    wrote(text) {
      const latest = history.store.getState().status?.undo[0]?.number ?? 0
      toasts.show('done', text, latest > told ? latest : null)
      told = Math.max(told, latest)
    },
    takeBack,
    async takeBackAndTell(which) {
      try {
        const done = await takeBack(which)
        if (done !== null) toasts.show('done', done)
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    },
    openExport(target) {
      exporting.open(target)
      dialog.setState({ open: 'export' })
    },
    async togglePin() {
      const { prefix, selected } = detail.store.getState()
      if (selected === null) return
      try {
        const pinned = await pins.toggle(prefix, selected)
        toasts.show(
          'done',
          pinned
            ? 'Pinned: the timeline keeps its values, whichever session is selected.'
            : 'Unpinned: its values are kept while it is selected.',
        )
      } catch (error) {
        toasts.show('failed', toFailure(error).message)
      }
    },
    exportTimeline(id) {
      const { prefix } = id === null ? list.store.getState() : detail.store.getState()
      timelineExport.setState({ prefix, id })
      dialog.setState({ open: 'exportTimeline' })
    },
    async saveTimeline(redact) {
      const { prefix, id } = timelineExport.getState()
      if (prefix === null) return
      const which = { prefix, redact, ...(id === null ? {} : { id }) }
      const { text } = await transport.invoke('timeline.export', which)
      const file = new Blob([text], { type: 'application/json' })
      saveFile(fileName(prefix, 'timeline', 'json', clock.now()), file)
    },
    async startDemo() {
      drawer.show('demo')
      await demo.start({ ...DEMO_DEFAULTS, prefix: list.store.getState().prefix })
    },
    setShown(shown) {
      list.setShown(shown)
      // What has changed meanwhile was not asked for.
      if (shown && whyStale(connection.store.getState()) === null) list.refresh()
    },
    async start(prefilled) {
      // Without the list one can still connect; its screen asks for it again.
      await Promise.all([connections.load().catch(() => {}), connection.start(prefilled)])
    },
  }
}

const permissions = (status: ConnectionStatus | null): string =>
  status?.state === 'connected' ? JSON.stringify([status.missing, status.keyLimits]) : ''

const address = (status: ConnectionStatus | null): string | null =>
  status === null || status.state === 'disconnected'
    ? null
    : // The same server is no other one for being saved.
      JSON.stringify({ ...status.target, saved: null })

function isOtherServer(before: ConnectionStatus | null, after: ConnectionStatus | null): boolean {
  return before !== null && address(before) !== address(after)
}
