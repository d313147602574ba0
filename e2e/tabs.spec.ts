import { SessionStore } from '../src/main/core/store/session-store.ts'
import { test as base, expect, type TestRedis, useTestRedis } from './fixtures.ts'
import type { Screen } from './screen.ts'

interface Fixtures {
  /** A second server, beside the one that the inspector is started with. */
  other: TestRedis
  otherStore: SessionStore
  /** Opens a tab and connects it to the second server. */
  connectOther: () => Promise<void>
}

const test = base.extend<Fixtures>({
  other: async ({ redisArgs }, use) => useTestRedis(redisArgs, null, use),
  otherStore: async ({ other }, use) => use(new SessionStore({ client: other.client })),
  connectOther: async ({ ui, other }, use) =>
    use(async () => {
      await ui.button('Open another connection').click()
      await ui.page.getByRole('textbox', { name: 'URL' }).fill(other.url)
      await ui.button('Connect').click()
      await expect(ui.button(`Connection: 127.0.0.1:${other.port}`)).toBeVisible()
    }),
})

const tab = ({ page }: Screen, { port }: TestRedis) => page.getByRole('tab', { name: `127.0.0.1:${port}` })
const UNDO = process.platform === 'darwin' ? 'Meta+z' : 'Control+z'
const PALETTE = process.platform === 'darwin' ? 'Meta+k' : 'Control+k'

test('two connections have a list each, keep their place while the other is shown, and undo their own writes', async ({
  ui,
  redis,
  other,
  store,
  otherStore,
  connectOther,
}) => {
  const ada = await store.createSession({ username: 'ada', theme: 'dark' })
  const grace = await otherStore.createSession({ username: 'grace', theme: 'dark' })
  for (let number = 0; number < 60; number += 1)
    await otherStore.createSession({ username: `user-${number}` })
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.page.getByRole('tab', { name: /127/ })).toHaveCount(0)
  await connectOther()
  await expect(tab(ui, other)).toHaveAttribute('aria-selected', 'true')
  await expect(ui.row('ada')).toHaveCount(0)

  // A filter, an order, a selected session, a drawer and a place in the list.
  await ui.header('User').getByRole('button', { name: 'User' }).click()
  await ui.grid.press('End')
  await expect(ui.detail.getByRole('heading', { name: 'user-9', exact: true })).toBeVisible()
  const scrolled = () => ui.grid.evaluate((grid) => grid.scrollTop)
  await expect.poll(scrolled).toBeGreaterThan(500)
  await ui.button('Timeline').click()
  const place = await scrolled()

  await tab(ui, redis).click()
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.page.getByRole('heading', { name: 'No session selected' })).toBeVisible()
  await ui.open('ada')
  await ui.button('Edit theme').click()
  await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Saved theme.')
  await ui.filter.fill('nobody')
  await expect(ui.rows).toHaveCount(0)

  await tab(ui, other).click()
  await expect(ui.detail.getByRole('heading', { name: 'user-9', exact: true })).toBeVisible()
  await expect(ui.filter).toHaveValue('')
  await expect.poll(scrolled).toBe(place)
  await expect(ui.button('Timeline')).toHaveAttribute('aria-expanded', 'true')
  // Nothing was written here.
  await ui.grid.focus()
  await ui.page.keyboard.press(UNDO)
  expect(await redis.client.hget(store.keyOf(ada), 'theme')).toBe('light')
  await ui.page.keyboard.press('t')
  await expect(ui.results).toContainText('Touched')

  await ui.page.keyboard.press('Alt+1')
  await expect(ui.filter).toHaveValue('nobody')
  await ui.button('Clear').click()
  await ui.grid.focus()
  await ui.page.keyboard.press(UNDO)
  await expect(ui.field('theme')).toContainText('dark')
  expect(await redis.client.hget(store.keyOf(ada), 'theme')).toBe('dark')
  expect(await other.client.hget(otherStore.keyOf(grace), 'theme')).toBe('dark')
})

test('a hidden tab asks for no rows, and shows what has changed when one comes back', async ({
  ui,
  redis,
  store,
  connectOther,
}) => {
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  await connectOther()
  await store.createSession({ username: 'grace' })
  await tab(ui, redis).click()
  await expect(ui.row('grace')).toBeVisible()
})

test('a dialog stays as it is in its tab, with what was typed', async ({
  ui,
  redis,
  other,
  connectOther,
}) => {
  await connectOther()
  await ui.grid.or(ui.list).first().waitFor()
  await ui.page.keyboard.press('n')
  const dialog = ui.page.getByRole('dialog')
  await dialog.getByRole('textbox').first().fill('half typed')
  await ui.page.keyboard.press('Alt+1')
  await expect(dialog).toHaveCount(0)
  await expect(tab(ui, redis)).toHaveAttribute('aria-selected', 'true')
  // The keys of this tab are its own again.
  await ui.page.keyboard.press('?')
  await expect(ui.page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible()
  await ui.page.keyboard.press('Escape')
  await tab(ui, other).click()
  await expect(dialog.getByRole('textbox').first()).toHaveValue('half typed')
  await ui.page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
})

test('one server is lost: its tab says so, and the other goes on', async ({
  ui,
  redis,
  other,
  store,
  connectOther,
}) => {
  await connectOther()
  await tab(ui, redis).click()
  await other.kill()
  await expect(ui.page.getByRole('tab', { name: `${other.port}, connection lost` })).toBeVisible()
  await expect(ui.page.getByRole('alert')).toHaveCount(0)
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  await other.start()
  await expect(ui.page.getByRole('tab', { name: `127.0.0.1:${other.port}`, exact: true })).toBeVisible()
})

test('tabs are walked, shown and closed by the keyboard', async ({ ui, redis, other, connectOther }) => {
  const { page } = ui
  await connectOther()
  await tab(ui, other).focus()
  await page.keyboard.press('ArrowRight')
  await expect(tab(ui, redis)).toBeFocused()
  await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  await page.keyboard.press('End')
  await expect(tab(ui, other)).toBeFocused()
  await page.keyboard.press('Home')
  await expect(tab(ui, redis)).toHaveAttribute('aria-selected', 'true')
  await expect(page.getByRole('tabpanel', { name: `127.0.0.1:${redis.port}` })).toBeVisible()
  await page.keyboard.press(PALETTE)
  await page.getByRole('combobox', { name: 'Commands' }).fill('another connection in a tab')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('tab', { name: 'New connection' })).toHaveAttribute('aria-selected', 'true')
  await page.getByRole('tab', { name: 'New connection' }).focus()
  await page.keyboard.press('Delete')
  await expect(page.getByRole('tab')).toHaveCount(2)
  await expect(tab(ui, other)).toBeFocused()
  await page.keyboard.press('Delete')
  await expect(tab(ui, other)).toHaveCount(0)
  await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  await expect(page.getByRole('tablist', { name: 'Connections' })).toHaveCount(0)
})

test('closing a tab says what goes with it, and leaves the sessions', async ({
  ui,
  other,
  otherStore,
  connectOther,
}) => {
  const id = await otherStore.createSession({ username: 'grace' })
  await connectOther()
  await ui.open('grace')
  await ui.page.keyboard.press('t')
  await expect(ui.results).toContainText('Touched')
  await tab(ui, other).click({ button: 'middle' })
  const question = ui.page.getByRole('alertdialog')
  await expect(question).toContainText('1 write made in it can no longer be undone.')
  await question.getByRole('button', { name: 'Cancel' }).click()
  await expect(tab(ui, other)).toBeVisible()
  await ui.page.getByTitle(`Close the tab of 127.0.0.1:${other.port}`).click()
  await question.getByRole('button', { name: 'Close tab' }).click()
  await expect(tab(ui, other)).toHaveCount(0)
  await expect
    .poll(async () => String(await other.client.client('LIST')))
    .not.toContain('redis-session-inspector')
  expect(await other.client.exists(otherStore.keyOf(id))).toBe(1)
})

test('many tabs scroll, and there is a bound', async ({ ui }) => {
  const { page } = ui
  for (let count = 2; count <= 20; count += 1) {
    await ui.button('Open another connection').click()
    await expect(page.getByRole('tablist', { name: 'Connections' }).getByRole('tab')).toHaveCount(count)
  }
  const last = page.getByRole('tablist', { name: 'Connections' }).getByRole('tab').last()
  await expect(last).toBeInViewport()
  await ui.button('Open another connection').click()
  await expect(ui.results).toContainText('20 tabs are open')
})

test.describe('compared with the other connection', () => {
  const comparison = ({ page }: Screen) =>
    page.getByRole('dialog', { name: 'Compare with another connection' })
  const row = (ui: Screen, name: string) => comparison(ui).getByRole('row').filter({ hasText: name })
  const there = (id: string) => `session:${id}`

  test('a session shows what is equal, different, and on one side alone, live', async ({
    ui,
    redis,
    other,
    store,
    connectOther,
  }) => {
    const cart = {
      here: '{"items":[{"sku":"tea","quantity":2}]}',
      there: '{"items":[{"sku":"tea","quantity":3}]}',
    }
    const id = await store.createSession({
      username: 'ada',
      theme: 'dark',
      cart: cart.here,
      coupon: 'SPRING',
    })
    const hash = await redis.client.hgetall(store.keyOf(id))
    const { coupon: _, ...common } = hash
    await other.client.hset(there(id), { ...common, theme: 'light', cart: cart.there, beta: 'on' })
    await other.client.expire(there(id), 600)
    await connectOther()
    await tab(ui, redis).click()
    await ui.open('ada')
    await ui.button('Compare with another connection').click()
    await expect(row(ui, 'theme')).toContainText('different')
    await expect(row(ui, 'theme').getByRole('cell')).toHaveText([/dark/, /light/])
    await expect(row(ui, 'cart.items[0].quantity').getByRole('cell')).toHaveText([/2/, /3/])
    await expect(row(ui, 'coupon')).toContainText('only here')
    await expect(row(ui, 'beta')).toContainText('only there')
    await expect(row(ui, 'username')).toHaveCount(0)
    await comparison(ui).getByRole('checkbox', { name: 'Differences only' }).uncheck()
    await expect(row(ui, 'username')).toContainText('equal')
    await expect(row(ui, 'State').getByRole('cell')).toHaveText(['session', 'session'])

    // Both sides follow what happens to them.
    await other.client.hset(there(id), 'theme', 'dark')
    await expect(row(ui, 'theme')).toContainText('equal')
    await redis.client.hset(store.keyOf(id), 'beta', 'on')
    await expect(row(ui, 'beta')).toContainText('equal')
    await other.client.unlink(there(id))
    await expect(comparison(ui)).toContainText(`It has gone on 127.0.0.1:${other.port}`)
    await ui.page.keyboard.press('Escape')
    await expect(comparison(ui)).toHaveCount(0)
    await expect(ui.button('Compare with another connection')).toBeFocused()
  })

  test('it is found there under another prefix, and values are copied', async ({
    ui,
    redis,
    other,
    store,
    connectOther,
  }) => {
    const id = await store.createSession({ username: 'ada', theme: 'dark' })
    await other.client.hset(`staging:${id}`, { username: 'ada', theme: 'light' })
    await connectOther()
    await tab(ui, redis).click()
    await ui.open('ada')
    await ui.page.keyboard.press('Shift+C')
    await expect(comparison(ui)).toContainText('has no session of this id under this prefix')
    await comparison(ui).getByRole('textbox', { name: 'Prefix there' }).fill('staging:')
    await expect(row(ui, 'theme').getByRole('cell')).toHaveText([/dark/, /light/])
    await expect(row(ui, 'State').getByRole('cell')).toHaveText(['session', 'no session'])
    // The machine's own would be shared by several tests at once.
    await ui.page.evaluate(() => {
      const written: string[] = []
      const writeText = async (text: string) => void written.push(text)
      Object.defineProperty(navigator, 'clipboard', { value: { writeText } })
      Object.assign(window, { written })
    })
    await row(ui, 'theme').getByRole('button', { name: 'Copy theme' }).last().click()
    await expect(row(ui, 'theme').getByRole('button', { name: 'Copied' })).toBeVisible()
    expect(await ui.page.evaluate(() => (window as unknown as { written: string[] }).written)).toEqual([
      'light',
    ])
  })

  test('long values are only said to be equal when all of them was read', async ({
    ui,
    redis,
    other,
    store,
    connectOther,
  }) => {
    const start = 'x'.repeat(70_000)
    const id = await store.createSession({ username: 'ada', notes: `${start}a` })
    await other.client.hset(there(id), {
      ...(await redis.client.hgetall(store.keyOf(id))),
      notes: `${start}b`,
    })
    await connectOther()
    await tab(ui, redis).click()
    await ui.open('ada')
    await ui.page.keyboard.press('Shift+C')
    await expect(row(ui, 'notes')).toContainText('equal as far as compared')
    await comparison(ui).getByRole('button', { name: 'Read and compare the whole' }).click()
    await expect(row(ui, 'notes')).toContainText('different')
  })
})
