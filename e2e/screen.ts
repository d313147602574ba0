import { expect, type Locator, type Page } from '@playwright/test'

/** The columns as they stand on a fresh screen. */
const COLUMNS = ['User', 'Session', 'Created', 'Seen', 'page_views', 'TTL'] as const
export type Column = (typeof COLUMNS)[number]

/** The inspector's screen by its roles and names: what a person, or their screen reader, finds there. */
export class Screen {
  readonly page: Page
  readonly grid: Locator
  readonly detail: Locator
  readonly list: Locator
  /** Above the list: how many sessions it has, and what is done with it as a whole. */
  readonly toolbar: Locator
  readonly filter: Locator
  readonly prefix: Locator
  /** Where the results of actions are said. */
  readonly results: Locator
  readonly demo: Locator

  constructor(page: Page) {
    this.page = page
    this.grid = page.getByRole('grid', { name: 'Sessions' })
    this.detail = page.getByRole('region', { name: 'Session detail' })
    this.list = page.getByRole('region', { name: 'Session list' })
    this.toolbar = page.getByRole('toolbar', { name: 'List' })
    this.filter = page.getByRole('textbox', { name: 'Filter' })
    this.prefix = page.getByRole('combobox', { name: 'Prefix', exact: true })
    this.results = page.getByRole('log', { name: 'Results' })
    this.demo = page.getByRole('region', { name: 'Tools' })
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** The rows that are on the screen, without the header. */
  get rows(): Locator {
    return this.grid.getByRole('row').filter({ has: this.page.getByRole('gridcell') })
  }

  /** The row that has this text. */
  row(text: string): Locator {
    return this.rows.filter({ hasText: text })
  }

  cell(row: string, column: Column): Locator {
    return this.row(row).getByRole('gridcell').nth(COLUMNS.indexOf(column))
  }

  header(name: string): Locator {
    return this.grid.getByRole('columnheader', { name })
  }

  /** One column from top to bottom, as far as it is on the screen. */
  async column(name: Column): Promise<readonly string[]> {
    const at = COLUMNS.indexOf(name)
    // The order on the screen is not the one in the page.
    return this.grid.evaluate(
      (grid, at) =>
        [...grid.querySelectorAll('[role="row"]')]
          .filter((row) => row.querySelector('[role="gridcell"]') !== null)
          .map((row) => [Number(row.getAttribute('aria-rowindex')), row] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, row]) => row.querySelectorAll('[role="gridcell"]')[at]?.textContent ?? ''),
      at,
    )
  }

  /** Clicks the row, waits until its session is shown, and takes the pointer off the list, which it would hold. */
  async open(row: string): Promise<void> {
    await this.row(row).click()
    await expect(this.detail.getByRole('list', { name: 'Fields' })).toBeVisible()
    await this.page.mouse.move(0, 0)
  }

  /** A field of the session that is open. */
  field(name: string): Locator {
    return this.detail
      .getByRole('list', { name: 'Fields' })
      .getByRole('listitem')
      .filter({ has: this.page.getByTitle(name, { exact: true }) })
  }

  async setPrefix(prefix: string): Promise<void> {
    await this.prefix.fill(prefix)
    await this.prefix.press('Enter')
  }

  async connect(port: number): Promise<void> {
    await this.page.getByRole('textbox', { name: 'Port' }).fill(String(port))
    await this.button('Connect').click()
  }
}
