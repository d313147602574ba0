import { expect, test } from './fixtures.ts'
import { fillSessions } from './sessions.ts'

// Assumes of the core: `list.prefixes` names each namespace up to its last colon, and is complete for a small database.

test('the prefixes that there are can be chosen, with how many keys each has', async ({ ui, redis }) => {
  await fillSessions(redis.client, 12)
  await fillSessions(redis.client, 3, 'shop:')
  await ui.prefix.click()
  const options = ui.page.getByRole('listbox', { name: 'Prefixes' }).getByRole('option')
  await expect(options.filter({ hasText: 'session:' })).toContainText('12')
  await expect(options.filter({ hasText: 'shop:' })).toContainText('3')
  await expect(options.last()).toContainText('every key')
  await expect(ui.page.getByText('looked at all 15 keys')).toBeVisible()
  await options.filter({ hasText: 'shop:' }).click()
  await expect(ui.prefix).toHaveValue('shop:')
  await expect(ui.toolbar).toContainText('3 sessions')
  await expect(options).toHaveCount(0)
})

test('typing narrows them down; Enter takes the marked one, or what is typed', async ({ ui, redis }) => {
  await fillSessions(redis.client, 12)
  await fillSessions(redis.client, 3, 'shop:')
  const options = ui.page.getByRole('listbox', { name: 'Prefixes' }).getByRole('option')
  await ui.prefix.fill('sho')
  await expect(options).toHaveCount(1)
  await ui.prefix.press('ArrowDown')
  await expect(options.first()).toHaveAttribute('aria-selected', 'true')
  await ui.prefix.press('Enter')
  await expect(ui.prefix).toHaveValue('shop:')
  await expect(ui.toolbar).toContainText('3 sessions')
  await ui.prefix.fill('nobody:')
  await expect(ui.page.getByText('No prefix has this text; Enter takes it.')).toBeVisible()
  await ui.prefix.press('Enter')
  await expect(ui.page.getByRole('heading', { name: 'No session under this prefix' })).toBeVisible()
  await ui.prefix.press('ArrowDown')
  await expect(options.first()).toBeVisible()
  await ui.prefix.press('Escape')
  await expect(options).toHaveCount(0)
})
