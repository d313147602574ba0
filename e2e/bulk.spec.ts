import type { Page } from '@playwright/test'
import { expect, type TestRedis, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

const dialog = (ui: Screen) => ui.page.getByRole('dialog')
const bar = (ui: Screen) => ui.page.getByRole('toolbar', { name: 'Selection' })
const box = (ui: Screen, user: string) => ui.row(user).getByRole('checkbox')

/** Sessions of these users, the first one seen last. */
async function fill(redis: TestRedis, users: readonly string[], prefix = 'session:'): Promise<void> {
  for (const [at, user] of users.entries()) {
    const seen = new Date(Date.now() - 3_600_000 - 60_000 * at).toISOString().replace(/\.\d+Z/, '+00:00')
    await redis.client.hset(`${prefix}${user}-id`, {
      username: user,
      created_at: seen,
      last_accessed_at: seen,
      session_ttl: '7200',
    })
    await redis.client.expire(`${prefix}${user}-id`, 7200 + at)
  }
}

const USERS = ['ada', 'grace', 'alan', 'barbara', 'donald']
const keys = async (redis: TestRedis) => (await redis.client.keys('session:*')).sort()

test('rows are picked one by one, by stretches and all at once, and stay so while others come', async ({
  ui,
  redis,
  store,
}) => {
  await fill(redis, USERS)
  await expect(ui.rows).toHaveCount(5)
  await ui.row('ada').hover()
  await box(ui, 'ada').click()
  await expect(bar(ui)).toContainText('1 selected')
  await ui.row('alan').click({ modifiers: ['Shift'] })
  await expect(bar(ui)).toContainText('3 selected')
  await ui.row('grace').click({ modifiers: ['ControlOrMeta'] })
  await expect(bar(ui)).toContainText('2 selected')
  await store.createSession({ username: 'late' })
  await ui.page.mouse.move(0, 0)
  await expect(ui.rows).toHaveCount(6)
  await expect(box(ui, 'ada')).toBeChecked()
  await expect(box(ui, 'late')).not.toBeChecked()
  await ui.button('Select all 6').click()
  await expect(bar(ui)).toContainText('All 6 under the prefix selected')
  await box(ui, 'late').click()
  await expect(bar(ui)).toContainText('5 selected')
  await ui.button('Clear the selection').click()
  await expect(bar(ui)).toBeHidden()
})

test('the keyboard picks too', async ({ ui, redis }) => {
  await fill(redis, USERS)
  await ui.row('ada').click()
  await ui.page.mouse.move(0, 0)
  await ui.page.keyboard.press('Space')
  await expect(bar(ui)).toContainText('1 selected')
  await ui.page.keyboard.press('Shift+ArrowDown')
  await expect(bar(ui)).toContainText('2 selected')
  await ui.page.keyboard.press('Shift+ArrowDown')
  await expect(bar(ui)).toContainText('3 selected')
  await expect(ui.row('alan')).toHaveAttribute('aria-selected', 'true')
  await ui.page.keyboard.press('ControlOrMeta+a')
  await expect(bar(ui)).toContainText('All 5')
  await ui.page.keyboard.press('Escape')
  await expect(bar(ui)).toBeHidden()
  await ui.page.keyboard.press('ControlOrMeta+a')
  await ui.page.keyboard.press('Delete')
  await expect(dialog(ui)).toContainText('Delete 5 sessions?')
})

test('deletes exactly the frozen list: what changed or came since stays, and undo brings the rest back', async ({
  ui,
  redis,
  store,
}) => {
  await fill(redis, [...USERS, 'other'])
  await redis.client.sadd('session:set', 'x')
  await ui.filter.fill('-user:other')
  await expect(ui.rows).toHaveCount(6)
  await ui.page.getByRole('checkbox', { name: 'Select all that match' }).click({ force: true })
  await ui.button('Delete…').click()
  await expect(dialog(ui)).toContainText('Delete 5 sessions?')
  await expect(dialog(ui)).toContainText('1 h ago (ada)')
  await expect(dialog(ui)).toContainText('1 of another type')
  await expect(dialog(ui).getByRole('row').first()).toContainText('ada')
  await redis.client.hset('session:grace-id', 'theme', 'new')
  await redis.client.unlink('session:alan-id')
  const late = await store.createSession({ username: 'late' })
  const before = await redis.client.pexpiretime('session:ada-id')
  await ui.button('Delete 5 sessions').click()
  await expect(dialog(ui)).toContainText('Deleted 3 of 6 sessions')
  await expect(dialog(ui)).toContainText('1 changed since the list was made')
  await expect(dialog(ui)).toContainText('1 gone already')
  await expect(dialog(ui)).toContainText('1 left out, as was chosen')
  const left = ['session:grace-id', 'session:other-id', 'session:set', `session:${late}`].sort()
  expect(await keys(redis)).toEqual(left)
  await dialog(ui).getByRole('button', { name: 'Undo' }).click()
  await expect(ui.results).toContainText('Undone: Deleted 3 sessions.')
  await expect(dialog(ui)).toBeHidden()
  expect(await keys(redis)).toEqual(
    [...left, 'session:ada-id', 'session:barbara-id', 'session:donald-id'].sort(),
  )
  expect(await redis.client.pexpiretime('session:ada-id')).toBe(before)
  await expect(ui.row('ada')).toBeVisible()
  await ui.page.keyboard.press('ControlOrMeta+Shift+z')
  await expect.poll(() => keys(redis)).toEqual(left)
})

test('saves a report of what came of each key', async ({ ui, redis, host }) => {
  test.skip(host === 'electron', 'Electron asks for the file in a dialog of the system')
  await fill(redis, USERS)
  await ui.row('ada').hover()
  await box(ui, 'ada').click()
  await ui.row('alan').click({ modifiers: ['Shift'] })
  await ui.button('Delete…').click()
  await ui.button('Delete 3 sessions').waitFor()
  await redis.client.hset('session:grace-id', 'theme', 'new')
  await ui.button('Delete 3 sessions').click()
  await ui.page.getByRole('checkbox', { name: 'Save the report with whole session ids' }).check()
  const report = await download(ui.page, () => ui.button('Save report').click())
  expect(report).toMatchObject({
    prefix: 'session:',
    action: { kind: 'delete' },
    counts: { done: 2, changed: 1, gone: 0 },
    keys: [
      { id: 'ada-id', user: 'ada', outcome: 'done' },
      { id: 'grace-id', user: 'grace', outcome: 'changed' },
      { id: 'alan-id', user: 'alan', outcome: 'done' },
    ],
  })
})

async function download(page: Page, start: () => Promise<void>): Promise<unknown> {
  const [saved] = await Promise.all([page.waitForEvent('download'), start()])
  const chunks: Buffer[] = []
  for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer)
  return JSON.parse(Buffer.concat(chunks).toString())
}

test('on a connection marked as production the prefix is typed first', async ({ ui, redis }) => {
  await fill(redis, USERS)
  await ui.button(/^Connection/).click()
  await ui.page.getByRole('menuitemradio', { name: 'Production' }).click()
  await expect(ui.button(/^Connection/)).toContainText('production')
  await ui.row('ada').click({ modifiers: ['ControlOrMeta'] })
  await ui.button('Delete…').click()
  const remove = ui.button('Delete 1 session')
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  await dialog(ui).getByRole('textbox').fill('session')
  await dialog(ui).getByRole('textbox').press('Enter')
  await expect(remove).toHaveAttribute('aria-disabled', 'true')
  expect(await keys(redis)).toHaveLength(5)
  await dialog(ui).getByRole('textbox').fill('session:')
  await remove.click()
  await expect(dialog(ui)).toContainText('Deleted 1 session')
  expect(await keys(redis)).toHaveLength(4)
})

test('changes the TTL of many, and takes that back', async ({ ui, redis }) => {
  await fill(redis, USERS)
  const before = await redis.client.pexpiretime('session:grace-id')
  await ui.row('ada').click({ modifiers: ['ControlOrMeta'] })
  await ui.row('grace').click({ modifiers: ['ControlOrMeta'] })
  await ui.button('Change TTL…').click()
  await dialog(ui).getByLabel('TTL in seconds').fill('0')
  await ui.button('Set the TTL of 2 sessions').click()
  await expect(dialog(ui).getByRole('alert')).toContainText('TTL')
  await dialog(ui).getByLabel('TTL in seconds').fill('300')
  await ui.button('Set the TTL of 2 sessions').click()
  await expect(dialog(ui)).toContainText('Set the TTL of 2 sessions')
  await ui.button('Close').click()
  expect(await redis.client.hget('session:grace-id', 'session_ttl')).toBe('300')
  expect(await redis.client.ttl('session:grace-id')).toBeLessThanOrEqual(300)
  expect(await redis.client.hget('session:alan-id', 'session_ttl')).toBe('7200')
  await expect(bar(ui)).toBeHidden()
  await ui.page.keyboard.press('ControlOrMeta+z')
  await expect(ui.results).toContainText('Undone: Set the TTL of 2 sessions.')
  expect(await redis.client.pexpiretime('session:grace-id')).toBe(before)
})

test('logs a user out everywhere, and nobody whose name is only alike', async ({ ui, redis, store }) => {
  const own = [await store.createSession({ username: 'ada' }), await store.createSession({ username: 'ada' })]
  await store.createSession({ username: 'ada2' })
  await store.createSession({ username: 'Ada' })
  await expect(ui.rows).toHaveCount(4)
  await ui.rows
    .filter({ has: ui.page.getByText('ada', { exact: true }) })
    .first()
    .click()
  await ui.page.mouse.move(0, 0)
  await ui.button('Log ada out everywhere').click()
  await expect(dialog(ui)).toContainText('Log ada out everywhere: 2 sessions?')
  // Even while they click.
  await store.touchSession(own[0] ?? '')
  await ui.button('Log out of 2 sessions').click()
  await expect(dialog(ui)).toContainText('Deleted 2 sessions')
  const users = await Promise.all((await keys(redis)).map((key) => redis.client.hget(key, 'username')))
  expect(users.sort()).toEqual(['Ada', 'ada2'])
})

test('takes along what a library keeps beside the sessions, unless it is left, and brings it back', async ({
  ui,
  redis,
}) => {
  const index =
    'session:index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada'
  for (const id of ['41', '42', '43']) {
    await redis.client.hset(`session:sessions:${id}`, {
      creationTime: '1775133296789',
      lastAccessedTime: String(Date.now()),
      maxInactiveInterval: '1800',
      'sessionAttr:username': '"ada"',
    })
    await redis.client.set(`session:sessions:expires:${id}`, '', 'EX', 1800)
    await redis.client.sadd(index, `"${id}"`)
  }
  const pointer = 'session:user:session:by-user-id:u1'
  await redis.client.set(
    'session:user:session:t1',
    JSON.stringify({ sessionToken: 't1', userId: 'u1', expires: '2035-01-01T00:00:00.000Z' }),
  )
  await redis.client.set(pointer, 'session:user:session:t2')
  const before = await keys(redis)
  await expect(ui.rows).toHaveCount(9)
  await ui.filter.fill('id:sessions:4 | id:session:t1')
  await expect(ui.rows).toHaveCount(4)
  const begin = async () => {
    await ui.page.getByRole('checkbox', { name: 'Select all that match' }).click({ force: true })
    await ui.button('Delete…').click()
    // They are sessions, whoever wrote them.
    await expect(
      dialog(ui).getByRole('checkbox', { name: 'Also delete 4 sessions of other libraries' }),
    ).toBeChecked()
  }
  const along = dialog(ui).getByRole('checkbox', { name: /^Together with the related keys of 4 sessions/ })

  await begin()
  const listed = dialog(ui).getByRole('grid', { name: 'Keys of the list' }).getByRole('row')
  await expect(listed.filter({ hasText: 'sessions:43' })).toContainText(/ada\s*Spring Session/)
  await expect(along).toBeChecked()
  await along.uncheck()
  await expect(dialog(ui)).toContainText('Spring Session’s markers and indexes and Auth.js’s pointers stay.')
  await ui.button('Delete 4 sessions').click()
  await expect(dialog(ui).getByRole('heading', { name: 'Deleted 4 sessions' })).toBeVisible()
  expect(await keys(redis)).toHaveLength(before.length - 4)
  await dialog(ui).getByRole('button', { name: 'Undo' }).click()
  await expect(ui.rows).toHaveCount(4)

  await begin()
  await expect(dialog(ui)).toContainText('The sessions are taken out of its indexes; the others stay.')
  await redis.client.sadd(index, '"7"')
  await ui.button('Delete 4 sessions').click()
  await expect(
    dialog(ui).getByRole('heading', { name: 'Deleted 4 sessions and 6 related keys' }),
  ).toBeVisible()
  await expect(dialog(ui).getByRole('list', { name: 'Related keys' })).toHaveText(
    '1 pointer stayed, since it points to another session.',
  )
  expect(await keys(redis)).toEqual([index, pointer].sort())
  expect(await redis.client.smembers(index)).toEqual(['"7"'])
  await dialog(ui).getByRole('button', { name: 'Undo' }).click()
  await expect(ui.results).toContainText('Undone: Deleted 4 sessions and 6 related keys.')
  expect(await keys(redis)).toEqual(before)
  expect((await redis.client.smembers(index)).sort()).toEqual(['"41"', '"42"', '"43"', '"7"'])
})

test('shows how far it is, and stops', async ({ ui, redis }) => {
  const count = 60_000
  await redis.client.eval(
    `for i = 1, ${count} do
       redis.call('HSET', 'session:' .. i, 'created_at', '2026-01-01T00:00:00+00:00',
         'last_accessed_at', '2026-01-01T00:00:00+00:00', 'session_ttl', '86400', 'pad', string.rep('x', 300))
       redis.call('EXPIRE', 'session:' .. i, 86400)
     end`,
    0,
  )
  await ui.button('Scan again').click()
  await expect(ui.toolbar).toContainText('60,000 sessions')
  await ui.page.keyboard.press('ControlOrMeta+a')
  await ui.button('Delete…').click()
  await ui.button('Delete 60,000 sessions').click()
  await expect(dialog(ui).getByRole('progressbar')).toBeVisible()
  await ui.button('Stop').click()
  await expect(dialog(ui)).toContainText('Stopped before the end.')
  await expect(dialog(ui)).toContainText('not reached')
  const left = await redis.client.dbsize()
  expect(left).toBeGreaterThan(0)
  expect(left).toBeLessThan(count)
  await dialog(ui).getByRole('button', { name: 'Undo' }).click()
  await expect(ui.results).toContainText('Undone: Deleted')
  expect(await redis.client.dbsize()).toBe(count)
})
