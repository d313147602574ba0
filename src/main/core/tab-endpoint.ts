import { tabNumberSchema } from '#shared/tabs.ts'
import type { Emit, Endpoint, Reply } from '#shared/transport.ts'
import { createClientHandlers } from './client-handlers.ts'
import { dispatch, type Handlers } from './dispatch.ts'
import type { Tab } from './tab.ts'
import type { Tabs } from './tabs.ts'

/** Calls that are of no tab, and are answered whichever they come with. */
type TabsCall = Extract<keyof Handlers, `tabs.${string}`>
const isTabsCall = (name: unknown): boolean => typeof name === 'string' && name.startsWith('tabs.')

export interface TabEndpointOptions {
  readonly tabs: Tabs
  readonly emit: Emit
  readonly report: (error: unknown) => void
}

/** One window or page: its calls by tab, each answered by handlers of its own that are made when it is first used. */
export class TabEndpoint implements Endpoint {
  readonly #options: TabEndpointOptions
  readonly #clients = new Map<number, TabClient>()
  readonly #tabsCalls: Pick<Handlers, TabsCall>
  #closed = false

  constructor(options: TabEndpointOptions) {
    this.#options = options
    const { tabs } = options
    this.#tabsCalls = {
      'tabs.list': () => tabs.list,
      'tabs.open': () => tabs.open(),
      'tabs.close': ({ number }) => tabs.close(number),
    }
  }

  async dispatch(name: unknown, arg: unknown, tab: unknown = 0): Promise<Reply> {
    const number = tabNumberSchema.safeParse(tab)
    if (!number.success) return BAD_TAB
    if (isTabsCall(name)) return dispatch(this.#tabsCalls, name, arg, this.#options.report)
    return (await this.#client(number.data)?.dispatch(name, arg)) ?? NO_TAB
  }

  closeTab(number: number): void {
    this.#clients.get(number)?.close()
    this.#clients.delete(number)
  }

  close(): void {
    this.#closed = true
    for (const number of [...this.#clients.keys()]) this.closeTab(number)
  }

  #client(number: number): TabClient | undefined {
    const known = this.#clients.get(number)
    const tab = known === undefined && !this.#closed ? this.#options.tabs.get(number) : undefined
    if (tab === undefined) return known
    const made = new TabClient(tab, this.#options)
    this.#clients.set(number, made)
    return made
  }
}

/** What one window or page does in one tab. */
class TabClient {
  readonly #handlers: Omit<Handlers, TabsCall>
  readonly #end: () => void
  readonly #report: (error: unknown) => void
  /** What answers the calls that are under way. */
  readonly #answers = new Set<(reply: Reply) => void>()
  #closed = false

  constructor({ number, services }: Tab, { emit, report }: TabEndpointOptions) {
    const { handlers, close } = createClientHandlers(services, (name, payload) => {
      if (!this.#closed) emit(name, payload, number)
    })
    this.#handlers = handlers
    this.#end = close
    this.#report = report
  }

  /** Answers at the latest when the tab is closed, whatever the call still waits for then. */
  dispatch(name: unknown, arg: unknown): Promise<Reply> {
    return new Promise((resolve) => {
      const answer = (reply: Reply) => {
        if (this.#answers.delete(answer)) resolve(reply)
      }
      this.#answers.add(answer)
      void dispatch(this.#handlers, name, arg, this.#report).then(answer)
    })
  }

  close(): void {
    this.#closed = true
    this.#end()
    for (const answer of [...this.#answers]) answer(CLOSED_MEANWHILE)
  }
}

const BAD_TAB: Reply = {
  ok: false,
  code: 'invalid_argument',
  message: 'A tab is named by its number, a whole one from 0 on. Reload the window.',
}
const NO_TAB: Reply = {
  ok: false,
  code: 'tab_closed',
  message: 'This tab is closed. Open another one to connect again.',
}
const CLOSED_MEANWHILE: Reply = {
  ok: false,
  code: 'tab_closed',
  message: 'The tab was closed meanwhile. What was under way in it may have been done or not.',
}
