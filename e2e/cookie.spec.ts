import { AxeBuilder } from '@axe-core/playwright'
import type { BrowserContext, Page } from '@playwright/test'
import { SHOP_SECRET, startShop } from './express-shop.ts'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

/** What the browser sends to the shop. */
async function cookieOf(context: BrowserContext, url: string): Promise<string> {
  const cookies = await context.cookies(url)
  return cookies.map(({ name, value }) => `${name}=${value}`).join('; ')
}

const dialogOf = ({ page }: Screen) => page.getByRole('dialog', { name: 'Find a session by its cookie' })
const cookiesIn = (ui: Screen) => dialogOf(ui).getByRole('list', { name: 'Cookies' }).getByRole('listitem')

async function search(ui: Screen, text: string, secret = ''): Promise<void> {
  if ((await dialogOf(ui).count()) === 0) {
    await expect(ui.toolbar).toBeVisible()
    await ui.page.keyboard.press('f')
  }
  const dialog = dialogOf(ui)
  await dialog.getByRole('textbox', { name: 'Cookies' }).fill(text)
  await dialog.getByRole('textbox', { name: 'Secret, if you have it' }).fill(secret)
  await dialog.getByRole('button', { name: 'Find session' }).click()
  await expect(dialog.getByRole('status')).toBeAttached()
}

/** Pastes as a person does, from the clipboard. */
async function paste(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => {
    const data = new DataTransfer()
    data.setData('text/plain', pasted)
    const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
    document.activeElement?.dispatchEvent(event)
  }, text)
}

test('a login in an Express app is found by its cookie, edited here, and the app shows the edit', async ({
  ui,
  redis,
  openPage,
}) => {
  const shop = await startShop(redis.url)
  try {
    const page = await openPage(shop.url)
    await page.getByLabel('Name').fill('ada')
    await page.getByRole('button', { name: 'Log in' }).click()
    await expect(page.getByRole('heading')).toHaveText('Hello ada')
    const cookie = await cookieOf(page.context(), shop.url)
    expect(cookie).toContain('connect.sid=s%3A')

    await ui.page.bringToFront()
    await search(ui, `Cookie: ${cookie}`, SHOP_SECRET)
    const found = cookiesIn(ui)
    await expect(found).toHaveCount(1)
    await expect(found).toContainText('connect.sid')
    await expect(found).toContainText('express-session')
    await expect(found).toContainText('signature good')
    await expect(found).toContainText('ada · connect-redis')
    // It is one key away.
    await expect(found.getByRole('button', { name: 'Open session' })).toBeFocused()
    await ui.page.keyboard.press('Enter')
    await expect(dialogOf(ui)).toHaveCount(0)
    await expect(ui.prefix).toHaveValue('sess:')
    await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()

    await ui.button('Edit cart.items').click()
    await ui.page.getByRole('textbox', { name: 'Value of cart.items' }).fill('41')
    await ui.page.keyboard.press('Enter')
    await expect(ui.results).toContainText('Saved cart.items.')
    await ui.button('Edit username').click()
    await ui.page.getByRole('textbox', { name: 'Value of username' }).fill('grace')
    await ui.page.keyboard.press('Enter')
    await expect(ui.results).toContainText('Saved username.')

    await page.reload()
    await expect(page.getByRole('heading')).toHaveText('Hello grace')
    await expect(page.getByText('41 items in the cart')).toBeVisible()
  } finally {
    await shop.close()
  }
})

test.describe('while secrets are masked', () => {
  test.use({ privacy: 'masked' })

  test('what is in a cookie hides its secrets until they are asked for', async ({ ui }) => {
    const session = Buffer.from('{"user":"eve","csrf_token":"5f2a9c"}').toString('base64')
    await search(ui, `session=${session}`)
    const row = cookiesIn(ui)
    await expect(row).toContainText('The whole session is in the cookie')
    await row.getByRole('button', { name: 'What is in it' }).click()
    const fields = row.getByRole('region', { name: 'Decoded fields' })
    await expect(fields).toContainText('user: "eve"')
    await expect(fields).not.toContainText('5f2a9c')
    await row.getByRole('button', { name: 'Show the value of csrf_token' }).click()
    await expect(fields).toContainText('csrf_token: "5f2a9c"')
    await expect(fields.getByRole('button', { name: /^Edit/ })).toHaveCount(0)
  })
})

test('what a cookie leads to is said for each of those in a curl command', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' })
  const session = Buffer.from('{"user":"eve","csrf_token":"5f2a9c"}').toString('base64')
  await redis.client.set('PHPREDIS_SESSION:q8h1k2l3m4n5o6p7q8r9s0t1u2', 'user|s:5:"grace";')
  const curl = `curl 'http://localhost/' \\
  -H 'Accept: */*' \\
  -b 'theme=dark; PHPSESSID=q8h1k2l3m4n5o6p7q8r9s0t1u2; sid=${id}; session=${session}; gone=abcdefgh12345678' --compressed`
  await search(ui, curl)
  const row = (name: string) => cookiesIn(ui).filter({ has: ui.page.getByTitle(name, { exact: true }) })
  await expect(cookiesIn(ui)).toHaveCount(4)
  await expect(row('sid')).toContainText('Its session is there.')
  await expect(row('PHPSESSID')).toContainText('Not under session:, which is listed')
  await expect(row('session')).toContainText('The whole session is in the cookie')
  await expect(row('gone')).toContainText('No session has this id.')
  const dialog = dialogOf(ui)
  await expect(dialog.getByRole('status')).toHaveText('2 sessions found by 5 cookies.')

  await dialog.getByRole('button', { name: '1 cookie that is no session’s' }).click()
  await expect(dialog.getByRole('list', { name: 'Other cookies' })).toContainText('theme')
  await row('sid').getByRole('button', { name: 'Open session' }).click()
  await expect(ui.field('username')).toContainText('ada')
  await expect(ui.prefix).toHaveValue('session:')
})

test('a wrong signature, a missing secret and an ended session are told apart', async ({ ui, store }) => {
  const id = await store.createSession({ username: 'ada' })
  const cookie = `connect.sid=s%3A${id}.iT4ZxQ8v8mK0sN2pL5rW7yB9cD1eF3gH6jK8mN0pQ2s`
  await search(ui, cookie, 'a secret')
  await expect(cookiesIn(ui)).toContainText('signature wrong')
  await expect(cookiesIn(ui)).toContainText('The application would refuse this cookie')
  await expect(cookiesIn(ui).getByRole('button', { name: 'Open session' })).toBeVisible()

  const payload = Buffer.from(JSON.stringify({ iv: 'YQ==', value: 'YQ==', mac: 'ab', tag: '' })).toString(
    'base64',
  )
  await search(ui, `shop_session=${encodeURIComponent(payload)}`)
  await expect(cookiesIn(ui)).toContainText('APP_KEY')
  await cookiesIn(ui).getByRole('button', { name: 'Enter a secret' }).click()
  await expect(dialogOf(ui).getByRole('textbox', { name: 'Secret, if you have it' })).toBeFocused()

  await ui.page.keyboard.press('Escape')
  await ui.open('ada')
  await ui.page.keyboard.press('Delete')
  await ui.button('Delete session').last().click()
  await expect(ui.results).toContainText('Deleted the session of ada.')
  await search(ui, `sid=${id}`)
  await expect(cookiesIn(ui)).toContainText('Its session was deleted')
  await cookiesIn(ui).getByRole('button', { name: 'Undo history…' }).click()
  await expect(ui.page.getByRole('dialog', { name: 'Undo history' })).toBeVisible()
})

test('a cookie that is pasted into the filter leads to its session', async ({ ui, store }) => {
  const id = await store.createSession({ username: 'ada' })
  await store.createSession({ username: 'grace' })
  await expect(ui.rows).toHaveCount(2)
  await ui.filter.focus()
  await paste(ui.page, `Cookie: theme=dark; sid=${id}`)
  await expect(ui.list.page().getByText('That is a cookie')).toBeVisible()
  await expect(ui.filter).toHaveValue('')
  await ui.page.keyboard.press('Enter')
  await expect(cookiesIn(ui)).toContainText('Its session is there.')
  await ui.page.keyboard.press('Enter')
  await expect(ui.field('username')).toContainText('ada')
  await expect(dialogOf(ui)).toHaveCount(0)

  await ui.filter.focus()
  await paste(ui.page, `sid=${id}`)
  await ui.button('Filter by it').click()
  await expect(ui.filter).toHaveValue(`sid=${id}`)
})

test('what is pasted into the dialog is looked for at once', async ({ ui, store }) => {
  const id = await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  await ui.page.keyboard.press('f')
  const box = dialogOf(ui).getByRole('textbox', { name: 'Cookies' })
  await box.fill(`sid=${id}`)
  await expect(cookiesIn(ui)).toHaveCount(0)
  const mod = process.platform === 'darwin' ? 'Meta' : 'Control'
  for (const key of ['a', 'x', 'v']) await box.press(`${mod}+${key}`)
  await expect(cookiesIn(ui)).toContainText('Its session is there.')
})

test('what was pasted and the secret are forgotten when the dialog closes', async ({ ui }) => {
  await search(ui, 'sid=abcdefgh12345678', 'a secret')
  await expect(cookiesIn(ui)).toHaveCount(1)
  await ui.page.keyboard.press('Escape')
  await expect(dialogOf(ui)).toHaveCount(0)
  await ui.page.keyboard.press('Control+k')
  await ui.page.getByPlaceholder('What do you want to do?').fill('cookie')
  await ui.page.getByRole('option', { name: /Find a session by its cookie/ }).click()
  await expect(dialogOf(ui).getByRole('textbox', { name: 'Cookies' })).toHaveValue('')
  await expect(dialogOf(ui).getByRole('textbox', { name: 'Secret, if you have it' })).toHaveValue('')
  await expect(cookiesIn(ui)).toHaveCount(0)
  const kept = await ui.page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]))
  expect(kept).not.toContain('a secret')
  expect(kept).not.toContain('abcdefgh12345678')
  await dialogOf(ui).getByRole('textbox', { name: 'Cookies' }).fill('nothing: of interest')
  await ui.button('Find session').click()
  await expect(dialogOf(ui).getByText('There is no cookie in this.')).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`the results are readable by everybody, in ${scheme}`, async ({ ui, store }) => {
    const id = await store.createSession({ username: 'ada' })
    await ui.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    const json = Buffer.from('{"user":"eve","token":"x"}').toString('base64')
    await search(ui, `sid=${id}; session=${json}; theme=dark; gone=abcdefgh12345678`)
    await dialogOf(ui).getByRole('button', { name: 'What is in it' }).click()
    const { violations } = await new AxeBuilder({ page: ui.page }).setLegacyMode().analyze()
    expect(violations.map(({ id: rule, nodes }) => [rule, nodes.map(({ html }) => html)])).toEqual([])
  })
}
