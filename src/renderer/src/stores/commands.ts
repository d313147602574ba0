import { createStore, type StoreApi } from 'zustand/vanilla'
import {
  type CommandPage,
  type CommandScript,
  type CommandTotals,
  type LoggedCommand,
  NO_COMMANDS,
} from '#shared/commands.ts'
import type { CommandQuery } from '#shared/contract.ts'
import { LIMITS } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../lib/failure.ts'
import { createWindowFetcher } from '../lib/window-fetcher.ts'

export type CommandKind = CommandQuery['kinds'][number]

/** Why what comes in does not move the rows. */
export type HoldReason = 'paused' | 'pointing' | 'selected' | 'scrolled'

export interface CommandsState {
  readonly text: string
  readonly kinds: readonly CommandKind[]
  readonly failedOnly: boolean
  /** Null until the first answer. */
  readonly page: CommandPage | null
  readonly holds: ReadonlySet<HoldReason>
  /** Rows from this number on are not shown for as long as something holds; null while it follows. */
  readonly before: number | null
  /** The entry that one is at, as it was known last. */
  readonly selected: LoggedCommand | null
  /** Its whole is shown beside the list. */
  readonly opened: boolean
  /** Sources by the hashes of the scripts that were looked at. */
  readonly scripts: ReadonlyMap<string, CommandScript>
  readonly failure: Failure | null
}

export interface CommandsStore {
  readonly store: StoreApi<CommandsState>
  /** Somebody looks: reads, and is told of what comes. */
  open(): void
  close(): void
  /** Asks for everything again: the host can be reached again, or the server is another one. */
  reload(): void
  /** Forgets what was of another server. */
  forget(): void
  setText(text: string): void
  toggleKind(kind: CommandKind): void
  setFailedOnly(failedOnly: boolean): void
  showAll(): void
  hold(reason: HoldReason, on: boolean): void
  /** Shows what has come in, though something holds. */
  showNewest(): void
  setRange(first: number, last: number): void
  select(entry: LoggedCommand | null, opened?: boolean): void
  /** @throws AppError */
  clear(): Promise<void>
  readScript(sha: string): Promise<CommandScript | null>
  /** All that match, the newest first. @throws AppError */
  readAll(): Promise<readonly LoggedCommand[]>
}

/** Rows asked for beyond the ones on the screen. */
const AHEAD = 40
/** Milliseconds between two readings where nothing but the background has changed, which is not shown. */
const QUIET = 1000

const FRESH = { text: '', kinds: ['reads', 'writes'] as const, failedOnly: false }

export function createCommandsStore(transport: Transport): CommandsStore {
  const store = createStore<CommandsState>(() => ({
    ...FRESH,
    page: null,
    holds: new Set(),
    before: null,
    selected: null,
    opened: false,
    scripts: new Map(),
    failure: null,
  }))
  const { getState, setState } = store
  let isOpen = false
  let range = { first: 0, last: 30 }
  let quiet: ReturnType<typeof setTimeout> | undefined

  const filter = () => {
    const { text, kinds, failedOnly, before } = getState()
    return { text, kinds: [...kinds], failedOnly, ...(before === null ? {} : { before }) }
  }
  const fetcher = createWindowFetcher<CommandQuery, CommandPage>({
    fetch: (query) => transport.invoke('commands.read', query),
    deliver: (page) => {
      const { selected } = getState()
      const now = page.rows.find(({ number }) => number === selected?.number)
      setState({ page, failure: null, ...(now === undefined ? {} : { selected: now }) })
    },
    fail: (error) => setState({ failure: toFailure(error) }),
  })
  const ask = () => {
    clearTimeout(quiet)
    quiet = undefined
    if (!isOpen) return
    const offset = Math.max(0, range.first - AHEAD)
    const limit = Math.min(LIMITS.windowRows, range.last + 1 + AHEAD - offset)
    fetcher.want({ ...filter(), offset, limit })
  }
  const change = (part: Partial<CommandsState>) => {
    setState(part)
    fetcher.invalidate()
    ask()
  }
  const follow = (on: boolean) => transport.invoke('commands.follow', { on }).catch(() => {})
  /** What is newer than what is shown now does not come into view. */
  const beforeNow = () => (getState().page?.newest ?? 0) + 1

  const hold = (reason: HoldReason, on: boolean) => {
    const { holds, before } = getState()
    if (holds.has(reason) === on) return
    const next = new Set(holds)
    if (on) next.add(reason)
    else next.delete(reason)
    setState({ holds: next, before: next.size === 0 ? null : (before ?? beforeNow()) })
    if (next.size === 0) ask()
  }

  transport.on('commands.changed', ({ background }) => {
    if (!background || getState().kinds.includes('background')) ask()
    else quiet ??= setTimeout(ask, QUIET)
  })

  return {
    store,
    open() {
      isOpen = true
      void follow(true)
      ask()
    },
    close() {
      isOpen = false
      clearTimeout(quiet)
      quiet = undefined
      setState({ holds: new Set(), before: null })
      void follow(false)
    },
    reload() {
      if (!isOpen) return
      void follow(true)
      ask()
    },
    forget() {
      fetcher.invalidate()
      setState({ page: null, holds: new Set(), before: null, selected: null, opened: false, failure: null })
      ask()
    },
    setText: (text) => change({ text }),
    toggleKind(kind) {
      const { kinds } = getState()
      change({ kinds: kinds.includes(kind) ? kinds.filter((other) => other !== kind) : [...kinds, kind] })
    },
    setFailedOnly: (failedOnly) => change({ failedOnly }),
    showAll: () => change({ text: '', kinds: ['reads', 'writes', 'background'], failedOnly: false }),
    hold,
    showNewest() {
      if (getState().before !== null) setState({ before: beforeNow() })
      ask()
    },
    setRange(first, last) {
      range = { first, last }
      const { page } = getState()
      const end = page === null ? 0 : page.offset + page.rows.length
      const isThere = page !== null && first >= page.offset && (last < end || end >= page.matched)
      if (!isThere) ask()
    },
    select(selected, opened = getState().opened) {
      setState({ selected, opened: opened && selected !== null })
      hold('selected', selected !== null)
    },
    async clear() {
      await transport.invoke('commands.clear', {})
      setState({ selected: null, opened: false, holds: new Set(), before: null })
      fetcher.invalidate()
      ask()
    },
    async readScript(sha) {
      const known = getState().scripts.get(sha)
      if (known !== undefined) return known
      try {
        const script = await transport.invoke('commands.script', { sha })
        setState(({ scripts }) => ({ scripts: new Map(scripts).set(sha, script) }))
        return script
      } catch {
        // A script that is not ours: its line by the hash is all that there is.
        return null
      }
    },
    async readAll() {
      const rows: LoggedCommand[] = []
      const query = { before: beforeNow(), ...filter() }
      for (;;) {
        const page = await transport.invoke('commands.read', {
          ...query,
          offset: rows.length,
          limit: LIMITS.windowRows,
        })
        rows.push(...page.rows)
        if (page.rows.length === 0 || rows.length >= page.matched) return rows
      }
    },
  }
}

export const totalsOf = ({ page }: CommandsState): CommandTotals => page?.totals ?? NO_COMMANDS.totals
