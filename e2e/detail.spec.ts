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

test('an edit writes the field, and leaves the expiry and the last access as they were', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const key = store.keyOf(id)
  const expiry = Date.now() + 500_000
  await redis.client.pexpireat(key, expiry)
  const accessed = await redis.client.hget(key, 'last_accessed_at')
  await ui.open('ada')
  await ui.button('Edit theme').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of theme' })
  await expect(input).toBeFocused()
  await input.fill('light')
  await input.press('Enter')
  await expect(ui.results).toContainText('Saved theme.')
  await expect(ui.field('theme')).toContainText('light')
  expect(await redis.client.hget(key, 'theme')).toBe('light')

  await ui.button('Add field').click()
  await ui.page.getByRole('textbox', { name: 'Field name' }).fill('cart')
  await ui.page.getByRole('textbox', { name: 'Value' }).fill('{"items":[]}')
  await expect(ui.detail).toContainText('✓ Valid JSON')
  await ui.button('Add field').click()
  await expect(ui.results).toContainText('Added cart.')
  expect(await redis.client.hget(key, 'cart')).toBe('{"items":[]}')

  await ui.button('Remove theme').click()
  const dialog = ui.page.getByRole('alertdialog')
  await expect(dialog).toContainText('Its value (5 B) is lost.')
  await dialog.getByRole('button', { name: 'Remove field' }).click()
  await expect(ui.field('theme')).toHaveCount(0)
  expect(await redis.client.hexists(key, 'theme')).toBe(0)

  expect(await redis.client.call('PEXPIRETIME', key)).toBe(expiry)
  expect(await redis.client.hget(key, 'last_accessed_at')).toBe(accessed)
})

test('a cancelled edit writes nothing', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await ui.button('Edit theme').click()
  await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
  await ui.page.keyboard.press('Escape')
  await expect(ui.field('theme')).toContainText('dark')
  await ui.button('Remove theme').click()
  await ui.button('Cancel').click()
  await expect(ui.field('theme')).toBeVisible()
  expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('dark')
})

for (const [choice, expected] of [
  ['Keep what’s in Redis', 'theirs'],
  ['Write mine anyway', 'mine'],
] as const) {
  test(`a field that changed meanwhile shows both values: ${choice}`, async ({ ui, store, redis }) => {
    const id = await store.createSession({ username: 'ada', theme: 'before' })
    await ui.open('ada')
    await ui.button('Edit theme').click()
    await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('mine')
    await redis.client.hset(store.keyOf(id), 'theme', 'theirs')
    await ui.button('Save').click()
    const conflict = ui.page.getByRole('group', { name: 'Conflict' })
    await expect(conflict).toContainText('This field has changed since it was shown. Nothing was written.')
    await expect(conflict.getByRole('definition')).toHaveText(['before', 'mine', 'theirs'])
    expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('theirs')
    await conflict.getByRole('button', { name: choice }).click()
    await expect(ui.field('theme')).toContainText(expected)
    await expect(conflict).toHaveCount(0)
    expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe(expected)
  })
}

test('bad field names are refused at their input', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' })
  const before = await redis.client.hgetall(store.keyOf(id))
  await ui.open('ada')
  await ui.button('Add field').click()
  const name = ui.page.getByRole('textbox', { name: 'Field name' })
  await ui.page.getByRole('textbox', { name: 'Value' }).fill('kept')
  for (const [bad, message] of [
    ['', 'must not be empty'],
    ['x'.repeat(1025), 'takes at most 1024 bytes'],
    ['session_ttl', 'session_ttl is'],
  ] as const) {
    await name.fill(bad)
    await ui.button('Add field').click()
    await expect(ui.detail.getByRole('alert')).toContainText(message)
    await expect(name).toHaveAttribute('aria-invalid', 'true')
  }
  // A field that is there already is not overwritten unseen.
  await name.fill('username')
  await ui.button('Add field').click()
  await expect(ui.page.getByRole('group', { name: 'Conflict' })).toContainText('ada')
  expect(await redis.client.hgetall(store.keyOf(id))).toEqual(before)
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
  await expect(dialog).toContainText('ada is logged out with the next request. It cannot be brought back.')
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

test('an edit of a session that has gone keeps the text, and does not bring the session back', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await ui.button('Edit theme').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of theme' })
  await input.fill('what I typed')
  await redis.client.del(store.keyOf(id))
  await input.press('Enter')
  await expect(ui.detail).toContainText('This session was deleted')
  await expect(input).toHaveValue('what I typed')
  await expect(ui.button('Save')).toBeDisabled()
  await expect(ui.button('Copy your text')).toBeVisible()
  expect(await redis.client.exists(store.keyOf(id))).toBe(0)
})

test('a session is created with its fields and TTL, and opened', async ({ ui, redis }) => {
  await ui.button('New session').click()
  const dialog = ui.page.getByRole('dialog', { name: 'New session' })
  await dialog.getByRole('textbox', { name: 'Field 1 value' }).fill('ada')
  await dialog.getByRole('textbox', { name: 'Field 2 value' }).fill('7')
  await dialog.getByRole('button', { name: 'Add a field' }).click()
  await dialog.getByRole('textbox', { name: 'Field 3 name' }).fill('theme')
  await dialog.getByRole('textbox', { name: 'Field 3 value' }).fill('dark')
  await dialog.getByRole('textbox', { name: 'TTL in seconds' }).fill('90')
  await dialog.getByRole('button', { name: 'Create session' }).click()
  await expect(dialog).toHaveCount(0)
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await expect(ui.row('ada')).toHaveAttribute('aria-selected', 'true')
  const [key] = await redis.client.keys('session:*')
  expect(await redis.client.hgetall(key ?? '')).toMatchObject({
    username: 'ada',
    page_views: '7',
    theme: 'dark',
    session_ttl: '90',
  })
  expect(await redis.client.pttl(key ?? '')).toBeLessThanOrEqual(90_000)
})

test('a new session with a bad name or TTL is refused where one looks, and nothing is made', async ({
  ui,
  redis,
}) => {
  await ui.button('New session').click()
  const dialog = ui.page.getByRole('dialog', { name: 'New session' })
  const name = dialog.getByRole('textbox', { name: 'Field 2 name' })
  const create = dialog.getByRole('button', { name: 'Create session' })
  await dialog.getByRole('textbox', { name: 'Field 1 value' }).fill('ada')
  for (const [bad, message] of [
    ['created_at', 'created_at is written by the session store'],
    ['username', 'username is there twice'],
    ['', 'This value has no field name'],
    ['x'.repeat(1025), 'takes at most 1024 bytes'],
  ] as const) {
    await name.fill(bad)
    await create.click()
    await expect(dialog.getByRole('alert')).toContainText(message)
  }
  await name.fill('page_views')
  const ttl = dialog.getByRole('textbox', { name: 'TTL in seconds' })
  for (const bad of ['0', '-1', '1.5', 'abc', '1e30']) {
    await ttl.fill(bad)
    await create.click()
    await expect(dialog.getByRole('alert')).toContainText('a whole number of seconds')
    await expect(ttl).toHaveAttribute('aria-invalid', 'true')
  }
  expect(await redis.client.dbsize()).toBe(0)
  await expect(dialog.getByRole('textbox', { name: 'Field 1 value' })).toHaveValue('ada')
})
