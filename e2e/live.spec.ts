import { expect, test } from './fixtures.ts'
import { fillSessions } from './sessions.ts'

for (const [mark, redisArgs] of [
  ['polling', []],
  ['live', ['--notify-keyspace-events', 'KA']],
] as const) {
  test.describe(`with updates ${mark}`, () => {
    test.use({ redisArgs })

    test('changes by others show by themselves, in the list and in the open session', async ({
      ui,
      store,
      redis,
    }) => {
      const id = await store.createSession({ username: 'ada', page_views: 1, theme: 'dark' }, 600)
      await expect(ui.button(`Updates: ${mark}`)).toBeVisible()
      await ui.open('ada')
      await store.incrementField(id, 'page_views', 41)
      await expect(ui.cell('ada', 'page_views')).toHaveText('42')
      await expect(ui.field('page_views')).toContainText('42')
      // A field that is no column.
      await redis.client.hset(store.keyOf(id), 'theme', 'light')
      await expect(ui.field('theme')).toContainText('light')
      await redis.client.pexpire(store.keyOf(id), 30_000)
      await expect(ui.cell('ada', 'TTL')).toHaveText(/\b(30|2\d) s/)
      await expect(ui.detail.getByRole('timer')).toContainText(/\b(30|2\d) s/)
      await store.createSession({ username: 'grace' })
      await expect(ui.row('grace')).toBeVisible()
      await store.deleteSession(id)
      await expect(ui.row('ada')).toHaveCount(0)
      await expect(ui.detail).toContainText('This session was deleted')
      await redis.client.flushall()
      await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
    })
  })
}

test.describe('with notifications', () => {
  test.use({ redisArgs: ['--notify-keyspace-events', 'KA'] })

  test('ten thousand sessions that expire within a second leave the list, and only they', async ({
    ui,
    redis,
  }) => {
    await fillSessions(redis.client, 10_000)
    await redis.client.eval(
      "for i = 1, 100 do redis.call('PERSIST', string.format('session:id-%05d', i)) end",
      0,
    )
    await expect(ui.toolbar).toContainText('10,000 sessions')
    await ui.header('User').getByRole('button').click()
    await ui.row('user-00001').click()
    await ui.page.mouse.move(0, 0)
    const burst = `
      local now = redis.call('TIME')[1] * 1000
      for i = 101, 10000 do redis.call('PEXPIREAT', string.format('session:id-%05d', i), now + 2000 + i % 1000) end`
    await redis.client.eval(burst, 0)
    // The screen goes on meanwhile: a click is answered, and the selection stays.
    await ui.row('user-00002').click()
    await expect(ui.field('username')).toContainText('user-00002')
    await ui.page.mouse.move(0, 0)
    await expect(ui.toolbar).toContainText('100 sessions', { timeout: 15_000 })
    await expect(ui.toolbar).not.toContainText('10,')
    await expect(ui.field('username')).toContainText('user-00002')
    await ui.grid.press('End')
    await expect(ui.row('user-00100')).toBeVisible()
  })

  test('the order holds while one points at the list, and a mark says that updates wait', async ({
    ui,
    store,
  }) => {
    await store.createSession({ username: 'ada' })
    await store.createSession({ username: 'grace' })
    await ui.header('User').getByRole('button').click()
    await expect(ui.rows).toHaveCount(2)
    await ui.row('grace').hover()
    await store.createSession({ username: 'alan' })
    await store.createSession({ username: 'barbara' })
    await expect(ui.button('2 updates waiting')).toBeVisible()
    expect(await ui.column('User')).toEqual(['ada', 'grace'])
    await ui.button('2 updates waiting').click()
    await expect.poll(() => ui.column('User')).toEqual(['ada', 'alan', 'barbara', 'grace'])
    await ui.row('grace').hover()
    await store.createSession({ username: 'edsger' })
    await expect(ui.button('1 update waiting')).toBeVisible()
    // Pointing elsewhere lets go too.
    await ui.page.mouse.move(0, 0)
    await expect.poll(() => ui.column('User')).toEqual(['ada', 'alan', 'barbara', 'edsger', 'grace'])
  })

  test('the selection stays with its session while others come and go', async ({ ui, store }) => {
    const early = await store.createSession({ username: 'ada' })
    await store.createSession({ username: 'grace' })
    await ui.header('User').getByRole('button').click()
    await ui.open('grace')
    await store.createSession({ username: 'alan' })
    await expect(ui.row('alan')).toBeVisible()
    await store.deleteSession(early)
    await expect(ui.row('ada')).toHaveCount(0)
    await expect(ui.row('grace')).toHaveAttribute('aria-selected', 'true')
    await expect(ui.detail.getByRole('heading', { name: 'grace' })).toBeVisible()
  })
})

test('a lost connection is said at once, keeps what is known as stale, and comes back by itself', async ({
  ui,
  store,
  redis,
}) => {
  await store.createSession({ username: 'ada', theme: 'dark' }, 600)
  await ui.open('ada')
  await redis.kill()
  const banner = ui.page.getByRole('region', { name: 'Lost connection' })
  await expect(banner).toContainText(`Redis at 127.0.0.1:${redis.port} is lost`, { timeout: 1000 })
  await expect(ui.button('Updates: stale')).toBeVisible()
  await expect(banner).toContainText(/attempt \d+, (next attempt in \d+ s|trying now)/)
  // What was known stays, and counts on; nothing can be written.
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.field('theme')).toContainText('dark')
  const before = await ui.cell('ada', 'TTL').textContent()
  await expect(ui.cell('ada', 'TTL')).not.toHaveText(before ?? '')
  for (const action of ['Touch', 'Rotate', 'Delete session', 'Edit theme', 'Add field', 'New session']) {
    await expect(ui.button(action)).toBeDisabled()
  }
  await ui.grid.focus()
  await ui.page.keyboard.press('Delete')
  await ui.page.keyboard.press('n')
  await expect(ui.page.getByRole('dialog')).toHaveCount(0)
  await expect(ui.page.getByRole('alertdialog')).toHaveCount(0)

  await redis.start()
  await store.createSession({ username: 'grace' })
  await expect(banner).toHaveCount(0)
  await expect(ui.row('grace')).toBeVisible()
  // The new server never had the other one.
  await expect(ui.row('ada')).toHaveCount(0)
  await expect(ui.detail).toContainText('This session was deleted')
  await expect(ui.button('Updates: polling')).toBeVisible()
})

test('text that is being edited outlives a lost connection', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' }, 600)
  const copy = await redis.client.dumpBuffer(store.keyOf(id))
  await ui.open('ada')
  await ui.button('Edit theme').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of theme' })
  await input.fill('light')
  await redis.kill()
  await expect(ui.page.getByRole('region', { name: 'Lost connection' })).toBeVisible()
  await expect(ui.button('Save')).toBeDisabled()
  await input.press('Enter')
  await expect(input).toHaveValue('light')
  await redis.start()
  await redis.client.restore(store.keyOf(id), 600_000, copy)
  await expect(ui.button('Save')).toBeEnabled()
  await input.press('Enter')
  await expect(ui.results).toContainText('Saved theme.')
  expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('light')
})

test('"Try now" does not wait for the next attempt', async ({ ui, redis }) => {
  await expect(ui.button('Updates: polling')).toBeVisible()
  await redis.kill()
  const banner = ui.page.getByRole('region', { name: 'Lost connection' })
  // The waits grow: the longest leaves time to press the button.
  await expect(banner).toContainText(/attempt ([4-9]|\d\d), next attempt in 2 s/, { timeout: 20_000 })
  await redis.start()
  await banner.getByRole('button', { name: 'Try now' }).click()
  await expect(banner).toHaveCount(0, { timeout: 2000 })
})
