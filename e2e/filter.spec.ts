import { expect, test } from './fixtures.ts'
import { fillSessions } from './sessions.ts'

test('a mistake is marked where it is, says the way out, and leaves the list as it was', async ({
  ui,
  redis,
}) => {
  await fillSessions(redis.client, 20)
  await ui.filter.fill('user-0000')
  await expect(ui.toolbar).toContainText('9 of 20 match')
  await ui.filter.fill('user-0000 ttl<5x')
  const problem = ui.page.getByRole('status').filter({ hasText: 'A time is a number with' })
  await expect(problem).toContainText('The list still shows user-0000.')
  await expect(ui.filter).toHaveAttribute('aria-invalid', 'true')
  await expect(ui.filter).toHaveAccessibleDescription(/A time is a number with ms, s, m, h, d or w/)
  const mark = ui.page.locator('mark')
  await expect(mark).toHaveText('x')
  // The mark lies under the very letter: fifteen others of the same width stand before it.
  const [box, marked] = [await ui.filter.boundingBox(), await mark.boundingBox()]
  if (box === null || marked === null) throw new Error('no mark')
  expect(Math.abs(marked.x - box.x - 15 * marked.width)).toBeLessThan(1)
  await expect(ui.toolbar).toContainText('9 of 20 match')
  await ui.filter.fill('user-0000 ttl<5h')
  await expect(problem).toHaveCount(0)
  await expect(mark).toHaveCount(0)
})

test('its help is at hand, and each example is taken over by a click or a key', async ({ ui, redis }) => {
  await fillSessions(redis.client, 20)
  await redis.client.persist('session:id-00001')
  await ui.button('Filter syntax').click()
  const help = ui.page.getByRole('dialog', { name: 'Filter syntax' })
  await help.getByRole('button', { name: 'no:ttl' }).click()
  await expect(help).toHaveCount(0)
  await expect(ui.filter).toHaveValue('no:ttl')
  await expect(ui.filter).toBeFocused()
  await expect(ui.toolbar).toContainText('1 of 20 match')
  await ui.filter.press('Tab')
  await ui.page.keyboard.press('Tab')
  await expect(ui.button('Filter syntax')).toBeFocused()
  await ui.page.keyboard.press('Enter')
  await help.getByRole('button', { name: 'user:ada | user:grace' }).press('Enter')
  await expect(ui.filter).toHaveValue('no:ttl (user:ada | user:grace)')
})

test('a field that is no column is read for the filter, and one sees how far', async ({ ui, redis }) => {
  await fillSessions(redis.client, 30)
  await redis.client.hset(
    'session:id-00007',
    'cart',
    JSON.stringify({ items: ['tea', 'milk', 'bread', 'salt'] }),
  )
  await redis.client.hset('session:id-00008', 'cart', JSON.stringify({ items: ['tea'] }))
  await ui.filter.fill('cart.items>3')
  await expect(ui.toolbar).toContainText('1 of 30 match')
  await expect(ui.rows).toHaveCount(1)
  await ui.filter.fill('has:cart')
  await expect(ui.toolbar).toContainText('2 of 30 match')
})
