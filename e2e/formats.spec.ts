import type { Redis } from 'ioredis'
import {
  aspnet,
  fixture,
  java,
  php,
  python,
  ruby,
  spring,
} from '../src/main/core/formats/testing/fixtures.ts'
import { expect, test } from './fixtures.ts'

const COOKIE = { originalMaxAge: 3_600_000, expires: '2035-01-01T00:00:00.000Z', httpOnly: true, path: '/' }
const SESSION = { cookie: COOKIE, username: 'grace', theme: '<b>dark</b>', cart: { items: 3 } }
const TEXT = JSON.stringify(SESSION)

const ofString = (what: string, value: string | Buffer) => ({
  what,
  write: (client: Redis, key: string): Promise<unknown> => client.set(key, value, 'EX', 600),
})
const ofHash = (what: string, fields: Readonly<Record<string, string | Buffer>>) => ({
  what,
  write: (client: Redis, key: string): Promise<unknown> => client.hset(key, fields),
})
/** A session of each encoding that there is. */
const RAW_KINDS = [
  ofString('JSON', TEXT),
  ofString('MessagePack', fixture(python, 'flask-msgpack').value),
  ofString('a pickle', fixture(python, 'django-cache').value),
  ofString('what Django has signed', fixture(python, 'django-redis-sessions').value),
  ofString('what PHP has serialised', fixture(php, 'php')),
  ofString('what Laravel has serialised', fixture(php, 'laravel')),
  ofString('what Ruby has dumped', fixture(ruby, 'marshal').value),
  ofHash('a hash of Spring', fixture(spring, 'default')),
  ofHash('a hash of ASP.NET', aspnet.sliding),
]

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

test('a field is added to a decoded session by the keyboard, and one is removed with all that is in it', async ({
  ui,
  redis,
}) => {
  await redis.client.set('session:express', TEXT, 'EX', 600)
  const ends = await redis.client.pexpiretime('session:express')
  await ui.row('express').click()
  const fields = ui.detail.getByRole('region', { name: 'Decoded fields' })
  await ui.button('Add a field').focus()
  await ui.page.keyboard.press('Enter')
  const form = ui.page.getByRole('group', { name: 'Add to the session' })
  await expect(form.getByRole('textbox', { name: 'Name' })).toBeFocused()
  await ui.page.keyboard.press('Enter')
  await expect(form).toContainText('Give it a name first.')
  await ui.page.keyboard.type('seats')
  await form.getByRole('combobox', { name: 'Type of the new value' }).selectOption('number')
  await form.getByRole('textbox', { name: 'Value of the new field' }).fill('4')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Added seats to the session.')
  await expect(fields).toContainText('seats: 4')
  expect(await redis.client.get('session:express')).toBe(TEXT.replace(/\}$/, ',"seats":4}'))
  await ui.button('Add to cart').click()
  await ui.page.keyboard.type('gift')
  await ui.page.keyboard.press('Escape')
  await expect(ui.page.getByRole('group', { name: 'Add to cart' })).toHaveCount(0)

  await ui.button('Remove cart').press('Enter')
  const dialog = ui.page.getByRole('alertdialog', { name: 'Remove cart?' })
  await expect(dialog).toContainText('It goes with the value in it.')
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(ui.results).toContainText('Removed cart.')
  await expect(fields).not.toContainText('items')
  const left = JSON.parse((await redis.client.get('session:express')) ?? '') as object
  expect(left).toEqual({ cookie: COOKIE, username: 'grace', theme: '<b>dark</b>', seats: 4 })
  expect(await redis.client.pexpiretime('session:express')).toBe(ends)
  await ui.results.getByRole('button', { name: /^Undo/ }).last().click()
  await expect(fields).toContainText('items: 3')
  // What the library keeps for itself neither goes nor grows.
  await expect(ui.button('Remove cookie')).toHaveAttribute('aria-disabled', 'true')
})

test('a removal of what somebody else has changed is asked for once more', async ({ ui, redis }) => {
  await redis.client.set('session:express', TEXT, 'EX', 600)
  await ui.row('express').click()
  await ui.button('Remove theme').press('Enter')
  const dialog = ui.page.getByRole('alertdialog', { name: 'Remove theme?' })
  await expect(dialog).toBeVisible()
  const theirs = TEXT.replace('grace', 'theirs')
  await redis.client.set('session:express', theirs, 'KEEPTTL')
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click()
  await expect(dialog).toContainText('Nothing was written')
  expect(await redis.client.get('session:express')).toBe(theirs)
  await dialog.getByRole('button', { name: 'Remove it anyway' }).click()
  await expect(dialog).toHaveCount(0)
  expect(JSON.parse((await redis.client.get('session:express')) ?? '')).not.toHaveProperty('theme')
})

test('the list counts down to what ends a session, marks where it is disputed, and counts it', async ({
  ui,
  redis,
}) => {
  const auth = (left: number) =>
    JSON.stringify({
      ...{ sessionToken: 't', userId: 'linus' },
      expires: new Date(Date.now() + left).toISOString(),
    })
  await redis.client.set('session:user:session:soon', auth(3_600_000))
  await redis.client.set('session:user:session:over', auth(-60_000))
  await redis.client.set('session:cut', TEXT, 'EX', 600)
  await expect(ui.rows).toHaveCount(3)
  await expect(ui.cell(':soon', 'TTL')).toContainText(/59:\d\d|1:00:00|1 h/)
  await expect(ui.cell(':over', 'TTL')).toContainText('expired')
  const mark = ui.cell('cut', 'TTL').getByRole('img', { name: /disagree/ })
  await expect(mark).toBeVisible()
  await expect(ui.grid.getByRole('img', { name: /disagree/ })).toHaveCount(1)
  await ui.filter.fill('is:disputed')
  await expect(ui.rows).toHaveCount(1)
  await ui.filter.fill('')
  await expect(ui.rows).toHaveCount(3)
  await ui.button('expired: 1').click()
  await expect(ui.filter).toHaveValue('is:expired')
  await expect(ui.rows).toHaveCount(1)
  await ui.filter.fill('ends<2h')
  await expect(ui.rows).toHaveCount(3)
  await ui.filter.fill('ttl<2h')
  await expect(ui.rows).toHaveCount(1)
})

test('a session of the store whose ends disagree says so in the list and in its detail', async ({
  ui,
  redis,
  store,
}) => {
  const ada = await store.createSession({ username: 'ada' }, 600)
  await store.createSession({ username: 'grace' }, 600)
  await redis.client.expire(store.keyOf(ada), 7200)
  await expect(ui.rows).toHaveCount(2)
  await expect(ui.row('ada').getByRole('img', { name: /disagree/ })).toBeVisible()
  await expect(ui.grid.getByRole('img', { name: /disagree/ })).toHaveCount(1)
  await ui.row('grace').click()
  await expect(ui.detail.getByRole('heading', { name: 'grace' })).toBeVisible()
  await expect(ui.detail).not.toContainText('They disagree')
  await ui.filter.fill('is:disputed')
  await expect(ui.rows).toHaveCount(1)
  await ui.row('ada').click()
  await expect(ui.detail).toContainText('They disagree: Redis ends it 1 h 50 min later.')
})

test('a deleted session of Spring takes its related keys along, named before, and brings them back', async ({
  ui,
  redis,
}) => {
  const key = 'session:sessions:42'
  const index =
    'session:index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada'
  await redis.client.hset(key, {
    creationTime: '1775133296789',
    lastAccessedTime: String(Date.now()),
    maxInactiveInterval: '1800',
    'sessionAttr:username': '"ada"',
  })
  await redis.client.expire(key, 2100)
  await redis.client.set('session:sessions:expires:42', '', 'EX', 1800)
  await redis.client.sadd(index, '"42"', '"43"')
  await ui.row('sessions:42').first().click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await ui.page.keyboard.press('Delete')
  const dialog = ui.page.getByRole('alertdialog', { name: 'Delete the session of ada?' })
  const related = dialog.getByRole('region', { name: 'Related keys' })
  await expect(related).toContainText('session:sessions:expires:42')
  await expect(related).toContainText('This session is taken out of it; the others stay.')
  await expect(related.getByRole('checkbox', { name: /Together with 2 related keys/ })).toBeChecked()
  await dialog.getByRole('button', { name: 'Delete session' }).click()
  await expect(ui.results).toContainText('Deleted the session of ada.')
  expect(await redis.client.exists(key, 'session:sessions:expires:42')).toBe(0)
  expect(await redis.client.smembers(index)).toEqual(['"43"'])
  await ui.results.getByRole('button', { name: /^Undo/ }).click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  expect(await redis.client.exists(key, 'session:sessions:expires:42')).toBe(2)
  expect((await redis.client.smembers(index)).sort()).toEqual(['"42"', '"43"'])
})

for (const { what, write } of RAW_KINDS) {
  test(`${what} is shown raw beside what was decoded of it`, async ({ ui, redis }) => {
    await write(redis.client, 'session:raw')
    await ui.row('raw').click()
    await expect(ui.detail.getByRole('button', { name: 'Decoded', exact: true })).toHaveAttribute(
      'aria-pressed',
      'true',
    )
    await expect(ui.detail.getByRole('region', { name: 'Decoded fields' })).toBeVisible()
    await ui.detail.getByRole('button', { name: 'Raw', exact: true }).click()
    const raw = ui.detail
      .getByRole('region', { name: 'Value' })
      .or(ui.detail.getByRole('list', { name: 'Fields' }))
    await expect(raw).toBeVisible()
  })
}

test('what could be decoded in part only says where it ends, and why', async ({ ui, redis }) => {
  const map = fixture(java, 'map')
  await redis.client.hset('session:sessions:1', {
    ...fixture(spring, 'default'),
    'sessionAttr:half': map.subarray(0, map.length - 20),
  })
  await ui.row('sessions:1').click()
  await expect(ui.detail).toContainText(/Not decoded of sessionAttr:half, \d+ B: /)
})
