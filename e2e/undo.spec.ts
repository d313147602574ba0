import { expect, test } from './fixtures.ts'

const UNDO = process.platform === 'darwin' ? 'Meta+z' : 'Control+z'
const REDO = process.platform === 'darwin' ? 'Meta+Shift+z' : 'Control+Shift+z'

test('an edit is undone from its message, and from the keyboard undone and made again', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const key = store.keyOf(id)
  const before = [await redis.client.dumpBuffer(key), await redis.client.pexpiretime(key)]
  const state = async () => [await redis.client.dumpBuffer(key), await redis.client.pexpiretime(key)]
  await ui.open('ada')
  await ui.button('Edit theme').click()
  await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText('Saved theme.')
  const after = await state()
  const undo = ui.results.getByRole('button', { name: /^Undo/ })
  await expect(undo).toContainText(/1[45]:\d\d/)
  await undo.click()
  await expect(ui.results).toContainText('Undone: Changed theme · ada.')
  await expect(ui.field('theme')).toContainText('dark')
  expect(await state()).toEqual(before)
  await ui.page.keyboard.press(REDO)
  await expect(ui.field('theme')).toContainText('light')
  expect(await state()).toEqual(after)
  await ui.page.keyboard.press(UNDO)
  await expect(ui.field('theme')).toContainText('dark')
  expect(await state()).toEqual(before)
})

test('a deleted session comes back, and is shown', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const before = await redis.client.pexpiretime(store.keyOf(id))
  await ui.open('ada')
  await ui.page.keyboard.press('Delete')
  await ui.button('Delete session').last().click()
  await expect(ui.results).toContainText('Deleted the session of ada.')
  await expect(ui.row('ada')).toHaveCount(0)
  await ui.page.keyboard.press(UNDO)
  await expect(ui.results).toContainText('Undone: Deleted · ada.')
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.field('theme')).toContainText('dark')
  expect(await redis.client.pexpiretime(store.keyOf(id))).toBe(before)
})

for (const [choice, expected] of [
  ['Keep what’s in Redis', 'theirs'],
  ['Write over it', 'dark'],
] as const) {
  test(`an undo of what has changed since shows both states: ${choice}`, async ({ ui, store, redis }) => {
    const id = await store.createSession({ username: 'ada', theme: 'dark' })
    await ui.open('ada')
    await ui.button('Edit theme').click()
    await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
    await ui.page.keyboard.press('Enter')
    await expect(ui.results).toContainText('Saved theme.')
    await redis.client.hset(store.keyOf(id), 'theme', 'theirs')
    await expect(ui.field('theme')).toContainText('theirs')
    await ui.page.keyboard.press(UNDO)
    const dialog = ui.page.getByRole('dialog')
    await expect(dialog).toContainText('The session has changed since: Changed theme · ada')
    await expect(dialog.getByRole('row', { name: 'theme' }).getByRole('cell')).toHaveText(['dark', 'theirs'])
    expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('theirs')
    await dialog.getByRole('button', { name: choice }).click()
    await expect(dialog).toHaveCount(0)
    await expect(ui.field('theme')).toContainText(expected)
    expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe(expected)
  })
}

test('a session whose time has run out is not brought back, and that is said', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada' })
  await ui.open('ada')
  await redis.client.pexpire(store.keyOf(id), 2500)
  await ui.page.keyboard.press('Delete')
  await ui.button('Delete session').last().click()
  await expect(ui.results).toContainText('Deleted the session of ada.')
  // Until then it could be undone, which this test is not about.
  await ui.page.waitForFunction((end) => Date.now() > end, Date.now() + 2500)
  await ui.page.keyboard.press(UNDO)
  await expect(ui.results).toContainText('time has run out since, so it is not brought back')
  expect(await redis.client.exists(store.keyOf(id))).toBe(0)
})

test('the history lists what was written, and its bounds', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  await ui.page.keyboard.press('u')
  const dialog = ui.page.getByRole('dialog', { name: 'Undo history' })
  await expect(dialog).toContainText('Nothing has been written yet.')
  await ui.page.keyboard.press('Escape')
  await ui.open('ada')
  await ui.page.keyboard.press('t')
  await expect(ui.results).toContainText('Touched')
  await ui.page.keyboard.press('u')
  await expect(dialog.getByRole('listitem')).toContainText('Touched · ada')
  await expect(dialog).toContainText('Kept for 15 minutes, at most 200 writes and 256.0 MB, in memory alone.')
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await expect(dialog.getByRole('listitem')).toContainText('undone')
  await dialog.getByRole('button', { name: 'Redo' }).click()
  await expect(dialog.getByRole('listitem')).toContainText('until')
})
