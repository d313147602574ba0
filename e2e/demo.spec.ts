import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from '@playwright/test'
import { test as base, expect } from './fixtures.ts'
import type { Screen } from './screen.ts'

/** The demo server, started from its panel on a free port, and its page in a browser beside the inspector. */
const test = base.extend<{ demo: Page }>({
  demo: async ({ ui, openPage }, use) => {
    await startDemo(ui, '0')
    const href = await ui.demo.getByRole('link').getAttribute('href')
    await use(await openPage(href ?? ''))
  },
})

async function startDemo(ui: Screen, port: string): Promise<void> {
  await ui.button('Set up the demo server').click()
  await ui.page.getByRole('textbox', { name: 'Demo port' }).fill(port)
  await ui.button('Start demo server').click()
  await expect(ui.demo.getByRole('link')).toBeVisible()
}

async function logIn(demo: Page, username: string, ttl: number): Promise<void> {
  await demo.getByLabel('Username').fill(username)
  await demo.getByLabel('TTL in seconds').fill(String(ttl))
  await demo.getByRole('button', { name: 'Start session' }).click()
  await expect(demo.getByTestId('username')).toHaveText(username)
}

/** What the demo server did must show within a second; the rest is patience with the test's own machine. */
const SOON = { timeout: 1500 }

test('the demo server starts and stops from its panel', async ({ ui, demo }) => {
  await expect(ui.demo).toContainText('running')
  await expect(demo.getByRole('button', { name: 'Start session' })).toBeVisible()
  await ui.button('Stop demo server').click()
  await expect(ui.demo).toContainText('stopped')
  await expect(ui.button('Start demo server')).toBeVisible()
  await expect(demo.reload()).rejects.toThrow('ERR_CONNECTION_REFUSED')
})

test('a port or TTL that is none is refused at its input', async ({ ui }) => {
  await ui.button('Set up the demo server').click()
  const port = ui.page.getByRole('textbox', { name: 'Demo port' })
  for (const bad of ['abc', '-1', '65536', '1.5']) {
    await port.fill(bad)
    await ui.button('Start demo server').click()
    await expect(ui.demo.getByRole('alert')).toContainText('A port is a whole number from 0 to 65535')
  }
  await port.fill('0')
  await ui.page.getByRole('textbox', { name: 'Demo session TTL in seconds' }).fill('1e30')
  await ui.button('Start demo server').click()
  await expect(ui.demo.getByRole('alert')).toContainText('a whole number of seconds')
  await expect(ui.demo).toContainText('stopped')
})

test('a busy port is named, and the next free one is one click away', async ({ ui }) => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const { port } = other.address() as AddressInfo
  await ui.button('Set up the demo server').click()
  await ui.page.getByRole('textbox', { name: 'Demo port' }).fill(String(port))
  await ui.button('Start demo server').click()
  await expect(ui.demo.getByRole('alert')).toContainText(`Port ${port} is in use by another program.`)
  const offer = ui.demo.getByRole('button', { name: /^Use port \d+$/ })
  const offered = /\d+/.exec((await offer.textContent()) ?? '')?.[0]
  await offer.click()
  await expect(ui.demo.getByRole('link')).toContainText(`http://127.0.0.1:${offered}`)
  other.close()
})

test('its link opens the page in the browser', async ({ ui, app, demo }) => {
  const link = ui.demo.getByRole('link')
  const href = await link.getAttribute('href')
  expect(demo.url()).toBe(new URL(href ?? '').href)
  if (app.electronApp === null) {
    const [opened] = await Promise.all([ui.page.context().waitForEvent('page'), link.click()])
    await expect(opened).toHaveTitle('Session demo')
    return
  }
  await app.electronApp.evaluate(({ shell }) => {
    shell.openExternal = async (url) => {
      Object.assign(globalThis, { openedUrl: url })
    }
  })
  await link.click()
  await expect
    .poll(() => app.electronApp?.evaluate(() => (globalThis as { openedUrl?: string }).openedUrl))
    .toBe(new URL(href ?? '').href)
})

test('a session made in the browser appears by itself, follows each click, and goes at logout', async ({
  ui,
  demo,
}) => {
  await logIn(demo, 'ada', 300)
  await expect(ui.row('ada')).toBeVisible(SOON)
  await expect(ui.cell('ada', 'TTL')).toHaveText(/5:00|4:5\d/)
  const views = Number(await ui.cell('ada', 'page_views').textContent())
  const count = demo.getByRole('button', { name: 'Count a page view' })
  for (const more of [1, 2, 3]) {
    await count.click()
    await expect(demo.getByTestId('page-views')).toHaveText(String(views + more))
    await expect(ui.cell('ada', 'page_views')).toHaveText(String(views + more), SOON)
  }
  await demo.getByLabel('TTL in seconds').fill('60')
  await demo.getByRole('button', { name: 'Apply TTL' }).click()
  await expect(ui.cell('ada', 'TTL')).toHaveText(/1:00|5\d s/, SOON)
  await demo.getByRole('button', { name: 'Log out' }).click()
  await expect(demo.getByRole('button', { name: 'Start session' })).toBeVisible()
  await expect(ui.row('ada')).toHaveCount(0, SOON)
})

test('an open session shows what the browser does to it', async ({ ui, demo }) => {
  await logIn(demo, 'ada', 300)
  await ui.open('ada')
  await demo.getByRole('button', { name: 'Count a page view' }).click()
  await expect(demo.getByTestId('page-views')).toHaveText('2')
  await expect(ui.field('page_views')).toContainText('2', SOON)
  // And the other way round: what the inspector writes, the browser has with its next request.
  await ui.button('Edit page_views').click()
  await ui.page.getByRole('textbox', { name: 'Value of page_views' }).fill('500')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Saved page_views.')
  await demo.getByRole('button', { name: 'Count a page view' }).click()
  await expect(demo.getByTestId('page-views')).toHaveText('501')
})

test('a session whose TTL runs out goes from the list, and the browser is logged out', async ({
  ui,
  demo,
}) => {
  await logIn(demo, 'ada', 3)
  await expect(ui.row('ada')).toBeVisible(SOON)
  await expect(ui.row('ada')).toHaveCount(0, { timeout: 6000 })
  await expect(demo.getByRole('region', { name: 'Your session' })).toContainText('expired by itself')
  await demo.getByRole('button', { name: 'Count a page view' }).click()
  await expect(demo.getByRole('button', { name: 'Start session' })).toBeVisible()
})

test('each request is shown with the Redis commands that it caused, and leads to its session', async ({
  ui,
  demo,
}) => {
  await logIn(demo, 'ada', 300)
  await demo.getByRole('button', { name: 'Count a page view' }).click()
  const requests = ui.page.getByRole('list', { name: 'Demo requests' })
  const login = requests.getByRole('listitem').filter({ hasText: 'POST /login' })
  const increment = requests.getByRole('listitem').filter({ hasText: 'POST /increment' })
  await expect(login).toContainText('200')
  await expect(increment).toContainText('200')
  await increment.getByRole('button', { name: /^Redis commands of request/ }).click()
  await expect(increment).toContainText('HINCRBY')
  await expect(increment).toContainText('EXPIRE')
  await increment.getByRole('button', { name: /^Show session/ }).click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await expect(ui.row('ada')).toHaveAttribute('aria-selected', 'true')
})

test('a request without the CSRF token is refused, and shown as that', async ({ ui, demo }) => {
  await logIn(demo, 'ada', 300)
  await demo.getByRole('button', { name: 'Try without the CSRF token' }).click()
  await expect(ui.page.getByRole('list', { name: 'Demo requests' })).toContainText('403')
  await expect(demo.getByTestId('username')).toHaveText('ada')
})

test('somebody else who logs in gets another session, and the old one ends', async ({ ui, demo }) => {
  await logIn(demo, 'ada', 300)
  await expect(ui.row('ada')).toBeVisible(SOON)
  const id = await ui.cell('ada', 'Session').textContent()
  await demo.getByRole('button', { name: 'Log in as someone else' }).click()
  await logIn(demo, 'grace', 300)
  await expect(ui.row('grace')).toBeVisible(SOON)
  await expect(ui.row('ada')).toHaveCount(0, SOON)
  await expect(ui.cell('grace', 'Session')).not.toHaveText(id ?? '')
})

test('a deletion in the inspector logs the browser out', async ({ ui, demo }) => {
  await logIn(demo, 'ada', 300)
  await ui.open('ada')
  await ui.button('Delete session').click()
  await ui.page.getByRole('alertdialog').getByRole('button', { name: 'Delete session' }).click()
  await expect(ui.row('ada')).toHaveCount(0)
  await demo.getByRole('button', { name: 'Count a page view' }).click()
  await expect(demo.getByRole('button', { name: 'Start session' })).toBeVisible()
  await expect(ui.rows).toHaveCount(0)
})
