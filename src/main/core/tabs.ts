import { AppError } from '#shared/errors.ts'
import { LIMITS } from '#shared/model.ts'
import type { TabStatus } from '#shared/tabs.ts'
import type { Tab } from './tab.ts'

export interface TabsOptions {
  /** Makes one, connected to nothing. @param onChange to be called when its status is another one */
  readonly create: (number: number, onChange: () => void) => Tab
  /** One was opened or closed, or the status of one has changed. */
  readonly onChange: (tabs: readonly TabStatus[]) => void
  /** One is closed: its clients end with it. */
  readonly onClose: (number: number) => void
}

/** The connections that are open side by side: at least one, each by a number that is never used again. */
export class Tabs {
  readonly #options: TabsOptions
  readonly #tabs = new Map<number, Tab>()
  #next = 0
  /** What was last told. */
  #told = ''

  constructor(options: TabsOptions) {
    this.#options = options
    this.#add()
  }

  get list(): readonly TabStatus[] {
    return [...this.#tabs.values()].map(({ status }) => status)
  }

  get all(): Iterable<Tab> {
    return this.#tabs.values()
  }

  get(number: number): Tab | undefined {
    return this.#tabs.get(number)
  }

  /** @throws AppError where there are as many as there can be */
  open(): TabStatus {
    if (this.#tabs.size >= LIMITS.tabs) {
      throw new AppError(
        'forbidden',
        `${LIMITS.tabs} tabs are open, which is as many as there can be. Close one that is not needed.`,
      )
    }
    const { status } = this.#add()
    this.#tell()
    return status
  }

  /** Closes one; one that is closed already stays closed. @returns those that are open */
  async close(number: number): Promise<readonly TabStatus[]> {
    const tab = this.#tabs.get(number)
    if (tab === undefined) return this.list
    this.#tabs.delete(number)
    if (this.#tabs.size === 0) this.#add()
    this.#tell()
    // First the connection: whoever still reads a session to end its watch would only learn that it is gone.
    const closed = tab.close()
    this.#options.onClose(number)
    await closed
    return this.list
  }

  /** Ends all of them; none is opened in their place. */
  async stop(): Promise<void> {
    await Promise.all([...this.#tabs.values()].map((tab) => tab.close()))
  }

  #add(): Tab {
    const number = this.#next++
    const tab = this.#options.create(number, () => {
      // What happens while it closes is no news of those that are open.
      if (this.#tabs.get(number) === tab) this.#tell()
    })
    this.#tabs.set(number, tab)
    return tab
  }

  #tell(): void {
    const { list } = this
    const told = JSON.stringify(list)
    if (told === this.#told) return
    this.#told = told
    this.#options.onChange(list)
  }
}
