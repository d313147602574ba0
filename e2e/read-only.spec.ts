import { expect, test } from './fixtures.ts'

test('a read-only connection shows that it is one, and writes nothing until it is switched off', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  const menu = ui.page.getByRole('button', { name: /^Connection/ })
  await menu.click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'Read-only' }).click()
  await expect(menu).toContainText('read-only')
  await expect(ui.button('New session')).toBeDisabled()
  await expect(ui.button('Edit theme')).toBeDisabled()
  await ui.button('Touch').hover()
  await expect(ui.page.getByRole('tooltip')).toContainText('This connection is read-only.')
  await ui.page.mouse.move(0, 0)
  await ui.page.keyboard.press('Delete')
  await expect(ui.page.getByRole('alertdialog')).toHaveCount(0)
  // Others go on, and that shows.
  await redis.client.hset(store.keyOf(id), 'theme', 'light')
  await expect(ui.field('theme')).toContainText('light')
  await menu.click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'Read-only' }).click()
  await expect(menu).not.toContainText('read-only')
  await ui.button('Touch').click()
  await expect(ui.results).toContainText('Touched')
})

test.describe('from the form', () => {
  test.use({ appArgs: [] })

  test('a connection can be read-only from the start', async ({ ui, store, redis }) => {
    await store.createSession({ username: 'ada' })
    await ui.page.getByRole('checkbox', { name: 'Read-only' }).check()
    await ui.connect(redis.port)
    await expect(ui.row('ada')).toBeVisible()
    await expect(ui.page.getByRole('button', { name: /^Connection/ })).toContainText('read-only')
    await expect(ui.button('New session')).toBeDisabled()
  })
})
