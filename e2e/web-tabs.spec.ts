import { expect, test } from './fixtures.ts'
import { Screen } from './screen.ts'

const tabs = ({ page }: Screen) => page.getByRole('tablist', { name: 'Connections' }).getByRole('tab')

test('a page that is loaded again has its tabs, shows the same one, and each has its prefix', async ({
  ui,
  redis,
  store,
}) => {
  await store.createSession({ username: 'ada' })
  await redis.client.hset('staging:b', 'username', 'grace')
  await expect(ui.row('ada')).toBeVisible()
  await ui.button('Open another connection').click()
  await ui.button('Connect').click()
  await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  await ui.setPrefix('staging:')
  await expect(ui.row('grace')).toBeVisible()
  await ui.page.reload()
  await expect(tabs(ui)).toHaveCount(2)
  await expect(tabs(ui).nth(1)).toHaveAttribute('aria-selected', 'true')
  await expect(ui.row('grace')).toBeVisible()
  await tabs(ui).first().click()
  await expect(ui.row('ada')).toBeVisible()
})

test('two pages see the same tabs, and each shows its own', async ({ ui, app, openPage, store }) => {
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  const second = new Screen(await openPage(new URL('/', app.url ?? '').href))
  await expect(second.row('ada')).toBeVisible()
  await ui.button('Open another connection').click()
  await expect(tabs(second)).toHaveCount(2)
  await expect(tabs(second).first()).toHaveAttribute('aria-selected', 'true')
  await expect(second.row('ada')).toBeVisible()
  await tabs(second).nth(1).focus()
  await tabs(second).nth(1).click()
  await second.page.getByTitle('Close the tab of New connection').click()
  await expect(tabs(ui)).toHaveCount(0)
  await expect(ui.row('ada')).toBeVisible()
  await expect(second.row('ada')).toBeVisible()
})
