import { expect, test } from './fixtures.ts'

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
  // Behind an open dialog nothing has a role, so that the field seems gone too early.
  await expect(dialog).toHaveCount(0)
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
