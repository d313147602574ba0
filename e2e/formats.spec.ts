import { expect, test } from './fixtures.ts'

const COOKIE = { originalMaxAge: 3_600_000, expires: '2035-01-01T00:00:00.000Z', httpOnly: true, path: '/' }
const SESSION = { cookie: COOKIE, username: 'grace', theme: '<b>dark</b>', cart: { items: 3 } }
const TEXT = JSON.stringify(SESSION)

test('a session of another library is shown decoded, with what ends it, and raw beside it', async ({
  ui,
  redis,
}) => {
  await redis.client.set('session:express', TEXT, 'EX', 600)
  await ui.row('express').click()
  await expect(ui.detail.getByRole('heading', { name: 'grace' })).toBeVisible()
  await expect(ui.detail).toContainText('connect-redis')
  await expect(ui.detail).toContainText('They disagree: Redis ends it')
  const fields = ui.detail.getByRole('region', { name: 'Decoded fields' })
  await expect(fields).toContainText('username: "grace"')
  await expect(fields).toContainText('theme: "<b>dark</b>"')
  await expect(fields.locator('b')).toHaveCount(0)
  await expect(fields).toContainText('items: 3')
  await ui.button('Change TTL').click()
  await expect(ui.page.getByRole('dialog', { name: 'Change TTL' })).toContainText('cookie')
  await ui.page.keyboard.press('Escape')
  await ui.detail.getByRole('button', { name: 'Raw', exact: true }).click()
  await expect(ui.detail.getByRole('region', { name: 'Value' })).toBeVisible()
  await expect(fields).toHaveCount(0)
})

test('a decoded field is edited in place, its bytes alone, and undone', async ({ ui, redis }) => {
  await redis.client.set('session:express', TEXT, 'EX', 600)
  const ends = await redis.client.pexpiretime('session:express')
  await ui.row('express').click()
  const fields = ui.detail.getByRole('region', { name: 'Decoded fields' })
  await ui.button('Edit cart.items').click()
  await ui.page.getByRole('textbox', { name: 'Value of cart.items' }).fill('4')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Saved cart.items.')
  await expect(fields).toContainText('items: 4')
  expect(await redis.client.get('session:express')).toBe(TEXT.replace('"items":3', '"items":4'))
  expect(await redis.client.pexpiretime('session:express')).toBe(ends)
  await ui.results.getByRole('button', { name: /^Undo/ }).click()
  await expect(fields).toContainText('items: 3')
  expect(await redis.client.get('session:express')).toBe(TEXT)
})

test('an edit of what somebody else has changed shows both, and asks', async ({ ui, redis }) => {
  await redis.client.set('session:express', TEXT, 'EX', 600)
  await ui.row('express').click()
  await ui.button('Edit username').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of username' })
  await input.fill('mine')
  await redis.client.set('session:express', TEXT.replace('grace', 'theirs'), 'KEEPTTL')
  await input.press('Enter')
  const conflict = ui.page.getByRole('group', { name: 'Conflict' })
  await expect(conflict).toContainText('Nothing was written')
  await expect(conflict).toContainText('theirs')
  await conflict.getByRole('button', { name: 'Write mine anyway' }).click()
  await expect(ui.results).toContainText('Wrote yours over what was in Redis.')
  expect(await redis.client.get('session:express')).toBe(TEXT.replace('grace', 'mine'))
})

test('a format that is only read says why', async ({ ui, redis }) => {
  // {'_auth_user_id': '7'}, as Python's pickle writes it.
  const pickle = Buffer.from('gASVHAAAAAAAAAB9lIwNX2F1dGhfdXNlcl9pZJSMATeUcy4=', 'base64')
  await redis.client.set('session:django', pickle, 'EX', 600)
  await ui.row('django').click()
  await expect(ui.detail).toContainText('Read only.')
  const fields = ui.detail.getByRole('region', { name: 'Decoded fields' })
  await expect(fields).toContainText('_auth_user_id: "7"')
  await expect(fields.getByRole('button', { name: /^Edit/ })).toHaveCount(0)
})

test('the list says which library wrote a session, for whom and since when, and is filtered by it', async ({
  ui,
  store,
  redis,
}) => {
  await store.createSession({ username: 'ada' })
  await redis.client.set(
    'session:express',
    JSON.stringify({ ...SESSION, createdAt: 1_700_000_000_000 }),
    'EX',
    600,
  )
  // {'_auth_user_id': '7'}, as Python's pickle writes it: read in the worker alone.
  const pickle = Buffer.from('gASVHAAAAAAAAAB9lIwNX2F1dGhfdXNlcl9pZJSMATeUcy4=', 'base64')
  await redis.client.set('session:django', pickle, 'EX', 600)
  await expect(ui.rows).toHaveCount(3)
  await expect(ui.cell('express', 'User')).toContainText('grace')
  await expect(ui.cell('express', 'User')).toContainText('connect-redis')
  await expect(ui.cell('express', 'Created')).not.toHaveText('–')
  await expect(ui.cell('django', 'User')).toContainText('7')
  await ui.filter.fill('user:grace')
  await expect(ui.rows).toHaveCount(1)
  await ui.filter.fill('format:connect')
  await expect(ui.rows).toHaveCount(1)
  await expect(ui.row('express')).toBeVisible()
  await ui.filter.fill('')
  await ui.header('User').getByRole('button').click()
  await expect(ui.rows).toHaveCount(3)
})

test('a field of a hash in another library’s format is edited, and the keys that belong to it are named', async ({
  ui,
  redis,
}) => {
  const key = 'session:sessions:42'
  await redis.client.hset(key, {
    creationTime: '1775133296789',
    lastAccessedTime: '1775136896789',
    maxInactiveInterval: '1800',
    'sessionAttr:theme': '"dark"',
  })
  await redis.client.expire(key, 600)
  const ends = await redis.client.pexpiretime(key)
  await ui.row('sessions:42').click()
  await expect(ui.detail).toContainText('the expiry inside, which the library checks itself')
  await expect(ui.detail.getByRole('region', { name: 'Related keys' })).toContainText('session:')
  await ui.button('Edit sessionAttr:theme').click()
  await ui.page.getByRole('textbox', { name: 'Value of sessionAttr:theme' }).fill('light')
  // Somebody uses the session meanwhile, which is no conflict.
  await redis.client.hset(key, 'lastAccessedTime', '1775136896790')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Saved sessionAttr:theme.')
  expect(await redis.client.hget(key, 'sessionAttr:theme')).toBe('"light"')
  expect(await redis.client.pexpiretime(key)).toBe(ends)
})

test('a value over the limits shows as it is, with the reason', async ({ ui, redis }) => {
  await redis.client.set('session:big', JSON.stringify({ ...SESSION, blob: 'x'.repeat(5 * 1024 * 1024) }))
  await ui.row('big').click()
  await expect(ui.detail).toContainText('It is larger than 4 MB')
  await expect(ui.detail.getByRole('region', { name: 'Value' })).toBeVisible()
})
