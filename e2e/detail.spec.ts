import { expect, test } from './fixtures.ts'

test('a row opens by the mouse, and by the keyboard', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await store.createSession({ username: 'grace' })
  await ui.header('User').getByRole('button').click()
  await ui.row('ada').click()
  await expect(ui.row('ada')).toHaveAttribute('aria-selected', 'true')
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await ui.grid.focus()
  await ui.page.keyboard.press('ArrowDown')
  await expect(ui.detail.getByRole('heading', { name: 'grace' })).toBeVisible()
  await expect(ui.row('ada')).toHaveAttribute('aria-selected', 'false')
  await ui.page.keyboard.press('Enter')
  await expect(ui.detail).toBeFocused()
  await ui.page.keyboard.press('Escape')
  await expect(ui.grid).toBeFocused()
  await ui.page.keyboard.press('Escape')
  await expect(ui.page.getByRole('heading', { name: 'No session selected' })).toBeVisible()
})

test('fields show what they hold: numbers, times, JSON laid open, reserved ones last', async ({
  ui,
  store,
}) => {
  await store.createSession({
    username: 'ada',
    page_views: 31,
    remember: 'true',
    note: '',
    cart: JSON.stringify({ items: [{ item: 'lamp', quantity: 2 }], total: 19.5 }),
  })
  await ui.open('ada')
  await expect(ui.field('page_views')).toContainText('number')
  await expect(ui.field('remember')).toContainText('boolean')
  await expect(ui.field('note')).toContainText('empty')
  await expect(ui.field('created_at')).toContainText('timestamp, reserved')
  const cart = ui.field('cart')
  await expect(cart).toContainText('JSON')
  await expect(cart).toContainText('total: 19.5')
  await cart.getByRole('button', { name: /items/ }).click()
  await cart.getByRole('button', { name: /0:/ }).click()
  await expect(cart).toContainText('item: "lamp"')
  await cart.getByRole('button', { name: 'Raw' }).click()
  await expect(cart).toContainText('{"items":[{"item":"lamp","quantity":2}],"total":19.5}')
  const names = await ui.detail.getByRole('list', { name: 'Fields' }).getByRole('listitem').allTextContents()
  expect(
    names.map((text) => /^[a-z_]+?(?=number|text|JSON|boolean|empty|timestamp)/.exec(text)?.[0]),
  ).toEqual([
    'cart',
    'note',
    'page_views',
    'remember',
    'username',
    'created_at',
    'last_accessed_at',
    'session_ttl',
  ])
})

test('reserved fields cannot be edited or removed, and say why', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  for (const name of ['created_at', 'last_accessed_at', 'session_ttl']) {
    await expect(ui.button(`Edit ${name}`)).toHaveCount(0)
    await expect(ui.button(`Remove ${name}`)).toHaveCount(0)
  }
  await ui.button('session_ttl is reserved').focus()
  await expect(ui.page.getByRole('tooltip')).toContainText('written by the session store alone')
})

test('a binary value is shown as one, and not edited as text', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' })
  await redis.client.hset(store.keyOf(id), 'blob', Buffer.from([0xff, 0x00, 0x41]))
  await ui.open('ada')
  const blob = ui.field('blob')
  await expect(blob).toContainText('binary')
  await expect(blob).toContainText('ff 00 41')
  await blob.getByRole('button', { name: 'As base64' }).click()
  await expect(blob).toContainText('/wBB')
  await expect(ui.button('Edit blob')).toBeDisabled()
  await ui.button('Edit blob').focus()
  await expect(ui.page.getByRole('tooltip')).toContainText('would change their bytes')
})

test('a value of 1 MB is cut, and shown whole on demand', async ({ ui, store }) => {
  await store.createSession({ username: 'ada', large: `${'x'.repeat(1024 * 1024)} the end` })
  await ui.open('ada')
  const large = ui.field('large')
  await expect(large).toContainText('1.0 MB')
  await expect(large).not.toContainText('the end')
  await large.getByRole('button', { name: 'Show all 1.0 MB' }).click()
  await expect(large).toContainText('the end')
})

test('the TTL can be changed, and whatever is none is refused at its input', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' }, 600)
  await ui.open('ada')
  await ui.button('Change TTL').click()
  const ttl = ui.page.getByRole('textbox', { name: 'TTL in seconds' })
  const set = ui.button('Set TTL')
  const expiry = await redis.client.call('PEXPIRETIME', store.keyOf(id))
  for (const bad of ['0', '-1', '1.5', 'abc', '1e30', '', '99999999999999999999']) {
    await ttl.fill(bad)
    await set.click()
    await expect(ui.page.getByRole('dialog').getByRole('alert')).toContainText('a whole number of seconds')
    await expect(ttl).toHaveAttribute('aria-invalid', 'true')
  }
  expect(await redis.client.call('PEXPIRETIME', store.keyOf(id))).toBe(expiry)
  expect(await store.getConfiguredTtl(id)).toBe(600)
  await ttl.fill('90')
  await ttl.press('Enter')
  await expect(ttl).toHaveCount(0)
  await expect(ui.detail.getByRole('timer')).toContainText('of 90 s')
  expect(await store.getConfiguredTtl(id)).toBe(90)
  expect(await redis.client.pttl(store.keyOf(id))).toBeLessThanOrEqual(90_000)
  await expect(ui.cell('ada', 'TTL')).toHaveText(/^\D*(1:30|1:2\d|8\d s)$/)
})

test('a touch starts the time anew', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' }, 600)
  await redis.client.pexpire(store.keyOf(id), 20_000)
  await ui.open('ada')
  await expect(ui.detail.getByRole('timer')).toContainText(/\b(20|1\d) s/)
  await ui.button('Touch').click()
  await expect(ui.results).toContainText('Touched the session of ada')
  await expect(ui.detail.getByRole('timer')).toContainText(/10:00|9:5\d/)
  expect(await redis.client.pttl(store.keyOf(id))).toBeGreaterThan(590_000)
})

test('a rotation gives the session a new id, and the screen follows it', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', page_views: 3 }, 600)
  await redis.client.pexpire(store.keyOf(id), 300_000)
  await ui.open('ada')
  await ui.button('Rotate').click()
  await ui.page.getByRole('alertdialog').getByRole('button', { name: 'Rotate id' }).click()
  await expect(ui.results).toContainText('The session has a new id')
  await expect(ui.detail).not.toContainText(id)
  await expect(ui.rows).toHaveCount(1)
  const [key] = await redis.client.keys('session:*')
  expect(key).not.toBe(store.keyOf(id))
  await expect(ui.detail).toContainText(key?.slice('session:'.length) ?? '?')
  await expect(ui.row('ada')).toHaveAttribute('aria-selected', 'true')
  expect(await redis.client.hget(key ?? '', 'page_views')).toBe('3')
  expect(await redis.client.pttl(key ?? '')).toBeLessThanOrEqual(300_000)
})

test('a deletion says what is lost, can be cancelled, and then takes the session', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', cart: '[]' })
  await store.createSession({ username: 'grace' })
  await ui.open('ada')
  await ui.button('Delete session').click()
  const dialog = ui.page.getByRole('alertdialog', { name: 'Delete the session of ada?' })
  await expect(dialog).toContainText(id)
  await expect(dialog).toContainText('2 fields: cart, username')
  await expect(dialog).toContainText(
    'ada is logged out with the next request. It can be undone as long as its time runs.',
  )
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused()
  await ui.page.keyboard.press('Enter')
  await expect(dialog).toHaveCount(0)
  expect(await redis.client.exists(store.keyOf(id))).toBe(1)
  await ui.button('Delete session').click()
  await dialog.getByRole('button', { name: 'Delete session' }).click()
  await expect(ui.row('ada')).toHaveCount(0)
  await expect(ui.row('grace')).toBeVisible()
  await expect(ui.page.getByRole('heading', { name: 'No session selected' })).toBeVisible()
  expect(await redis.client.exists(store.keyOf(id))).toBe(0)
})

test('a session that expires while it is open says so in its place', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await redis.client.pexpire(store.keyOf(id), 1500)
  await expect(ui.detail).toContainText(/This session expired at \d\d:\d\d:\d\d\./)
  await expect(ui.row('ada')).toHaveCount(0)
  // What was known last stays, and nothing can be done to it.
  await expect(ui.field('theme')).toContainText('dark')
  for (const action of ['Touch', 'Change TTL', 'Rotate', 'Delete session', 'Edit theme', 'Add field']) {
    await expect(ui.button(action)).toBeDisabled()
  }
})
