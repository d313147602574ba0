import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

test.use({ appArgs: [] })

const connectAs = async (ui: Screen, port: number) => {
  await ui.page.getByRole('textbox', { name: 'User' }).fill('guest')
  await ui.page.getByLabel('Password').fill('pw')
  await ui.connect(port)
}
const banner = (ui: Screen) => ui.page.getByRole('region', { name: 'Missing permissions' }).first()
const menuOf = (ui: Screen) => ui.page.getByRole('button', { name: /^Connection/ })

test('a missing command is named with what it costs, and what it disables says so, until it is allowed', async ({
  ui,
  redis,
  store,
}) => {
  const { page } = ui
  await redis.client.acl('SETUSER', 'guest', 'on', '>pw', '~*', '&*', '+@all', '-hdel')
  const key = store.keyOf(await store.createSession({ username: 'ada', theme: 'dark' }))
  await connectAs(ui, redis.port)
  await expect(banner(ui)).toContainText(
    'This Redis user may not run HDEL, so it cannot remove fields and rename fields.',
  )
  await expect(banner(ui)).toContainText('ACL SETUSER guest +hdel')
  await ui.open('ada')
  await expect(ui.button('Remove theme')).toBeDisabled()
  await ui.button('Remove theme').hover()
  await expect(page.getByRole('tooltip')).toContainText('This Redis user may not run HDEL.')
  await page.mouse.move(0, 0)
  await ui.button('Remove theme').click({ force: true })
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
  // What does not take it works.
  await ui.button('Edit theme').click()
  await page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
  await ui.button('Save').click()
  await expect(ui.results).toContainText('Saved theme.')
  expect(await redis.client.hget(key, 'theme')).toBe('light')
  await ui.button(`More for theme`).hover()
  await expect(page.getByRole('tooltip')).toContainText('may not run HDEL')

  await menuOf(ui).click()
  await expect(page.getByRole('menu')).toContainText('rename fields')
  await page.keyboard.press('Escape')

  await redis.client.acl('SETUSER', 'guest', '+hdel')
  await banner(ui).getByRole('button', { name: 'Look again' }).click()
  await expect(banner(ui)).toHaveCount(0)
  await ui.button('Remove theme').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove field' }).click()
  await expect(ui.field('theme')).toHaveCount(0)

  // Taken away while one is connected: the refusal is told, and the screen follows.
  await redis.client.acl('SETUSER', 'guest', '-unlink')
  await ui.button('Delete session').click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete session' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('may not run UNLINK')
  await page.keyboard.press('Escape')
  await expect(banner(ui)).toContainText('may not run UNLINK')
  await expect(ui.button('Delete session')).toBeDisabled()
})

test('a user who only reads gets a connection on which nothing that writes can be done', async ({
  ui,
  redis,
  store,
}) => {
  const { page } = ui
  await redis.client.acl('SETUSER', 'guest', 'on', '>pw', '~*', '&*', '+@read', '-@write')
  await store.createSession({ username: 'ada', theme: 'dark' })
  await connectAs(ui, redis.port)
  await expect(banner(ui)).toContainText('This Redis user only reads.')
  await ui.open('ada')
  for (const name of [
    ...['New session', 'Touch', 'Change TTL', 'Rotate', 'Edit theme', 'Remove theme', 'More for theme'],
    ...['Add field', 'Delete session', 'Log ada out everywhere'],
  ])
    await expect(ui.button(name)).toBeDisabled()
  for (const name of ['Scan again', 'Copy session id', 'Close detail'])
    await expect(ui.button(name)).toBeEnabled()
  await page.keyboard.press('n')
  await page.keyboard.press('Delete')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(page.getByRole('alertdialog')).toHaveCount(0)
  await page.keyboard.press('ControlOrMeta+k')
  const palette = page.getByRole('dialog')
  await palette.getByRole('combobox').fill('new session')
  await expect(palette.getByRole('option', { name: /New session/ })).toContainText('may not run')
  await expect(palette.getByRole('option', { name: /New session/ })).toBeDisabled()
  await page.keyboard.press('Escape')
  await ui.toolbar.getByRole('button', { name: 'More' }).click()
  await expect(page.getByRole('menuitem', { name: /Import sessions/ })).toContainText('may not run')
  await expect(page.getByRole('menuitem', { name: /Import sessions/ })).toBeDisabled()
})

test('keys that a user may not use are one state with the pattern that is missing', async ({
  ui,
  redis,
  store,
}) => {
  const { page } = ui
  await redis.client.acl('SETUSER', 'guest', 'on', '>pw', '~other:*', '&*', '+@all')
  await store.createSession({ username: 'ada' })
  await connectAs(ui, redis.port)
  await expect(page.getByRole('heading', { name: 'This Redis user may not use these keys' })).toBeVisible()
  await expect(ui.list).toContainText('ACL SETUSER guest ~session:*')
  await expect(ui.button('New session')).toBeDisabled()
  await expect(ui.rows).toHaveCount(0)
  await expect(page.getByRole('alert')).toHaveCount(0)
  await ui.setPrefix('other:')
  await expect(page.getByRole('heading', { name: 'No session under this prefix' })).toBeVisible()
  await expect(ui.button('New session')).toBeEnabled()
  await ui.setPrefix('session:')
  await expect(page.getByRole('heading', { name: 'This Redis user may not use these keys' })).toBeVisible()
  await redis.client.acl('SETUSER', 'guest', '~session:*')
  // The look that the prefix was chosen with may still be under way, and find it out by itself.
  await expect(async () => {
    if (await ui.button('Look again').isVisible()) await ui.button('Look again').click({ timeout: 1000 })
    await expect(ui.row('ada')).toBeVisible({ timeout: 2000 })
  }).toPass()
})

test('channels that a user may not listen to are named in the mark of the updates', async ({
  ui,
  redis,
  store,
}) => {
  await redis.client.config('SET', 'notify-keyspace-events', 'KA')
  await redis.client.acl('SETUSER', 'guest', 'on', '>pw', '~*', 'resetchannels', '+@all')
  await store.createSession({ username: 'ada' })
  await connectAs(ui, redis.port)
  await expect(ui.row('ada')).toBeVisible()
  await ui.button('Updates: polling').click()
  await expect(ui.page.getByRole('dialog', { name: 'Updates' })).toContainText(
    'ACL SETUSER guest &__keyspace@0__:session:*',
  )
})
