import { SERVER_KINDS } from '../src/test/redis-servers.ts'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

const UNDO = process.platform === 'darwin' ? 'Meta+z' : 'Control+z'

/** Opens a key that is no hash, which has no list of fields to wait for. */
async function openKey(ui: Screen, row: string): Promise<void> {
  await ui.row(row).click()
  await expect(ui.detail.getByRole('tab', { name: 'Value' })).toBeVisible()
  await ui.page.mouse.move(0, 0)
}
const conflictOf = (ui: Screen) => ui.page.getByRole('group', { name: 'Conflict' })
const sides = (ui: Screen) => conflictOf(ui).getByRole('definition')
async function choose(ui: Screen, field: string, task: string | RegExp): Promise<void> {
  await ui.button(`More for ${field}`).click()
  await ui.page.getByRole('menuitem', { name: task }).click()
}

test('a string is edited with its TTL kept, checked as JSON, and undone', async ({ ui, redis }) => {
  await redis.client.set('session:text', '{"views":1}', 'PX', 500_000)
  const expiry = await redis.client.pexpiretime('session:text')
  await openKey(ui, 'text')
  await expect(ui.detail.getByRole('heading', { name: 'A string, no session' })).toBeVisible()
  await expect(ui.detail).toContainText('Its value and its TTL can be changed')
  await ui.button('Edit the value').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of the string' })
  await expect(input).toBeFocused()
  await input.fill('{"views":2')
  await expect(ui.detail).toContainText('✗ Not valid JSON')
  await input.fill('{"views":2}')
  await ui.button('Save').click()
  await expect(ui.results).toContainText('Saved the string.')
  expect(await redis.client.get('session:text')).toBe('{"views":2}')
  expect(await redis.client.pexpiretime('session:text')).toBe(expiry)
  await ui.page.keyboard.press(UNDO)
  await expect(ui.results).toContainText('Undone: Changed the value · text.')
  expect(await redis.client.get('session:text')).toBe('{"views":1}')
  expect(await redis.client.pexpiretime('session:text')).toBe(expiry)
})

test('a string that changed meanwhile shows all three, and one can go on on top of it', async ({
  ui,
  redis,
}) => {
  await redis.client.set('session:text', 'before')
  await openKey(ui, 'text')
  await ui.button('Edit the value').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of the string' })
  await input.fill('mine')
  await redis.client.set('session:text', 'theirs')
  await ui.button('Save').click()
  await expect(sides(ui)).toHaveText(['before', 'mine', 'theirs'])
  await expect(conflictOf(ui)).toBeFocused()
  await ui.button('Edit what’s in Redis').click()
  await expect(input).toHaveValue('theirs')
  await expect(input).toBeFocused()
  await expect(ui.detail).toContainText('What you had typed')
  await input.fill('theirs and mine')
  await ui.button('Save').click()
  await expect(ui.results).toContainText('Saved the string.')
  expect(await redis.client.get('session:text')).toBe('theirs and mine')
})

test('a field is renamed with its value, never over another, and asked about where it has changed', async ({
  ui,
  store,
  redis,
}) => {
  const key = store.keyOf(await store.createSession({ username: 'ada', theme: 'dark', colour: 'blue' }))
  const expiry = await redis.client.pexpiretime(key)
  await ui.open('ada')
  await choose(ui, 'theme', 'Rename…')
  const name = ui.page.getByRole('textbox', { name: 'New name' })
  await expect(name).toBeFocused()
  await name.fill('colour')
  await name.press('Enter')
  await expect(ui.detail.getByRole('alert')).toContainText(
    'There is a field of that name already. Choose another, or remove that field first. It holds: blue',
  )
  await redis.client.hset(key, 'theme', 'light')
  await name.fill('mode')
  await name.press('Enter')
  await expect(sides(ui)).toHaveText(['dark', 'the same, as mode', 'light'])
  expect(await redis.client.hget(key, 'theme')).toBe('light')
  await ui.button('Rename it anyway').click()
  await expect(ui.results).toContainText('Renamed theme to mode.')
  await expect(ui.field('mode')).toContainText('light')
  await expect(ui.field('theme')).toHaveCount(0)
  expect(await redis.client.pexpiretime(key)).toBe(expiry)
  // By the keyboard alone, and given up: the focus is back where it was.
  await ui.button('More for mode').focus()
  await ui.page.keyboard.press('Enter')
  await ui.page.keyboard.press('Enter')
  await expect(name).toBeFocused()
  await ui.page.keyboard.press('Escape')
  await expect(ui.button('More for mode')).toBeFocused()
})

test('a field that changed before it was removed is asked about once more', async ({ ui, store, redis }) => {
  const key = store.keyOf(await store.createSession({ username: 'ada', theme: 'dark' }))
  await ui.open('ada')
  await ui.button('Remove theme').click()
  await redis.client.hset(key, 'theme', 'light')
  const dialog = ui.page.getByRole('alertdialog')
  await dialog.getByRole('button', { name: 'Remove field' }).click()
  await expect(dialog.getByRole('definition')).toHaveText(['dark', 'light'])
  expect(await redis.client.hget(key, 'theme')).toBe('light')
  await dialog.getByRole('button', { name: 'Remove it anyway' }).click()
  await expect(dialog).toHaveCount(0)
  expect(await redis.client.hexists(key, 'theme')).toBe(0)
})

test('a hash that is no session is mended field by field, and goes with its last one', async ({
  ui,
  redis,
}) => {
  const time = '2026-04-02T12:34:56+00:00'
  const fields = { created_at: time, last_accessed_at: time, session_ttl: '-5', username: 'zed' }
  await redis.client.hset('session:broken', fields)
  await redis.client.hset('session:single', 'username', 'solo')
  await ui.open('zed')
  await ui.button('Edit session_ttl').click()
  await ui.page.getByRole('textbox', { name: 'Value of session_ttl' }).fill('600')
  await ui.page.keyboard.press('Enter')
  await expect(ui.button('Touch')).toBeVisible()
  await expect(ui.button('Edit session_ttl')).toHaveCount(0)
  await ui.open('solo')
  await ui.button('Remove username').click()
  const dialog = ui.page.getByRole('alertdialog')
  await expect(dialog).toContainText('It is the only field, so that the key goes with it.')
  await dialog.getByRole('button', { name: 'Remove field' }).click()
  await expect(ui.detail).toContainText('was deleted')
  expect(await redis.client.exists('session:single')).toBe(0)
})

test('the TTL of a key that is no session is set, compared and removed', async ({ ui, redis }) => {
  await redis.client.rpush('session:queue', 'job')
  await openKey(ui, 'queue')
  await ui.button('Change TTL').click()
  const popover = ui.page.getByRole('dialog', { name: 'Change TTL' })
  await expect(popover.getByRole('button', { name: 'Remove TTL…' })).toHaveCount(0)
  const ttl = popover.getByRole('textbox', { name: 'TTL in seconds' })
  await ttl.fill('90')
  await ttl.press('Enter')
  await expect(ui.results).toContainText('The TTL is 90 s now')
  await expect(ui.detail.getByRole('timer')).toContainText(/1:30|1:2\d/)
  expect(await redis.client.pttl('session:queue')).toBeGreaterThan(80_000)

  await ui.button('Change TTL').click()
  await redis.client.persist('session:queue')
  await popover.getByRole('button', { name: '5 min' }).click()
  await expect(sides(ui)).toHaveText([/^until /, '300 s from now', 'no TTL'])
  expect(await redis.client.pttl('session:queue')).toBe(-1)
  await ui.button('Write mine anyway').click()
  await expect(popover).toHaveCount(0)
  expect(await redis.client.pttl('session:queue')).toBeGreaterThan(290_000)

  await ui.button('Change TTL').click()
  await popover.getByRole('button', { name: 'Remove TTL…' }).click()
  await expect(popover).toContainText('Redis keeps this key until somebody deletes it')
  await popover.getByRole('button', { name: 'Remove TTL' }).click()
  await expect(ui.detail.getByRole('timer')).toContainText('no expiry')
  expect(await redis.client.pttl('session:queue')).toBe(-1)
})

test('the TTL of a session is removed after a warning, and compared by what is configured', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada' }, 600)
  await ui.open('ada')
  await ui.button('Change TTL').click()
  const popover = ui.page.getByRole('dialog', { name: 'Change TTL' })
  await expect(popover).toBeVisible()
  await store.setSessionTtl(id, 900)
  await popover.getByRole('button', { name: '1 h' }).click()
  await expect(sides(ui)).toHaveText(['600 s', '3600 s from now', '900 s'])
  await ui.button('Keep what’s in Redis').click()
  await expect(popover).toHaveCount(0)
  expect(await store.getConfiguredTtl(id)).toBe(900)
  await expect(ui.detail.getByRole('timer')).toContainText('of 900 s')

  await ui.button('Change TTL').click()
  await popover.getByRole('button', { name: 'Remove TTL…' }).click()
  await expect(popover).toContainText('A session without a TTL is a leak')
  await expect(popover.getByRole('button', { name: 'Keep it' })).toBeFocused()
  await popover.getByRole('button', { name: 'Remove TTL' }).click()
  await expect(ui.detail.getByRole('timer')).toContainText('no expiry')
  expect(await redis.client.pttl(store.keyOf(id))).toBe(-1)
  // The detail may be told sooner than the popover, whose keys are its own, is closed.
  await expect(popover).toHaveCount(0)
  await ui.page.keyboard.press(UNDO)
  await expect(ui.detail.getByRole('timer')).toContainText('of 900 s')
})

test('a key of any kind is deleted, after another look where it has changed since', async ({ ui, redis }) => {
  await redis.client.set('session:text', 'before')
  await openKey(ui, 'text')
  await ui.page.keyboard.press('Delete')
  const dialog = ui.page.getByRole('alertdialog', { name: 'Delete this string?' })
  await expect(dialog).toContainText('session:text')
  await redis.client.set('session:text', 'after')
  await dialog.getByRole('button', { name: 'Delete key' }).click()
  await expect(dialog.getByRole('alert')).toContainText('This key has changed since it was shown')
  await expect(dialog.getByRole('definition').last()).toHaveText('before → after')
  expect(await redis.client.get('session:text')).toBe('after')
  await dialog.getByRole('button', { name: 'Delete it anyway' }).click()
  await expect(ui.results).toContainText('Deleted this string.')
  expect(await redis.client.exists('session:text')).toBe(0)
  await ui.page.keyboard.press(UNDO)
  await expect.poll(() => redis.client.get('session:text')).toBe('after')
  await expect(ui.row('text')).toBeVisible()
})

test('a string that has gone stays gone, and what was typed can be copied', async ({ ui, redis }) => {
  await redis.client.set('session:text', 'before')
  await openKey(ui, 'text')
  await ui.button('Edit the value').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of the string' })
  await input.fill('typed')
  await redis.client.del('session:text')
  await input.press('Enter')
  await expect(ui.detail).toContainText('was deleted')
  await expect(input).toHaveValue('typed')
  await expect(ui.button('Copy your text')).toBeVisible()
  expect(await redis.client.exists('session:text')).toBe(0)
})

test('a server without TTLs of fields is not asked for one', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  await ui.button('More for username').click()
  await expect(ui.page.getByRole('menuitem')).toHaveText(['Rename…'])
})

const NEWER = SERVER_KINDS.find(({ name }) => name === 'Redis 8.0')

test.describe('on a server whose fields can have a TTL', () => {
  test.skip(NEWER === undefined || NEWER.missing !== null, NEWER?.missing ?? 'no Redis 8.0')
  test.use({ redisBinary: NEWER?.binary ?? null })

  test('a field’s own TTL is shown, kept by edits and renames, set, compared and removed', async ({
    ui,
    store,
    redis,
  }) => {
    const key = store.keyOf(await store.createSession({ username: 'ada', theme: 'dark' }))
    const endOf = async (field: string) =>
      ((await redis.client.call('HPEXPIRETIME', key, 'FIELDS', '1', field)) as number[])[0]
    await ui.open('ada')
    await choose(ui, 'theme', 'Set a TTL of its own…')
    const form = ui.page.getByRole('group', { name: 'TTL of theme' })
    await form.getByRole('textbox', { name: 'TTL in seconds' }).fill('90')
    await ui.page.keyboard.press('Enter')
    await expect(ui.results).toContainText('theme ends in 90 s.')
    await expect(ui.field('theme')).toContainText(/Its own TTL:(1:30|1:2\d)/)
    const end = await endOf('theme')

    await ui.button('Edit theme').click()
    await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
    await ui.page.keyboard.press('Enter')
    await expect(ui.results).toContainText('Saved theme.')
    await choose(ui, 'theme', 'Rename…')
    await ui.page.getByRole('textbox', { name: 'New name' }).fill('mode')
    await ui.page.keyboard.press('Enter')
    await expect(ui.field('mode')).toContainText('Its own TTL:')
    expect(await endOf('mode')).toBe(end)

    await choose(ui, 'mode', 'Change its TTL…')
    await redis.client.call('HPERSIST', key, 'FIELDS', '1', 'mode')
    await ui.page.getByRole('group', { name: 'TTL of mode' }).getByRole('button', { name: '1 h' }).click()
    await expect(sides(ui)).toHaveText([/^until /, '3600 s from now', 'no TTL'])
    expect(await endOf('mode')).toBe(-1)
    await ui.button('Write mine anyway').click()
    await expect(ui.field('mode')).toContainText(/Its own TTL:(1:00:00|59:5\d)/)

    await choose(ui, 'mode', 'Change its TTL…')
    await ui.button('Remove TTL…').click()
    await ui.button('Remove TTL').click()
    await expect(ui.results).toContainText('Removed the TTL of mode.')
    expect(await endOf('mode')).toBe(-1)
    await ui.page.keyboard.press(UNDO)
    await expect(ui.field('mode')).toContainText('Its own TTL:')
  })
})
