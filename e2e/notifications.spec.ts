import { expect, test } from './fixtures.ts'

// Assumes of the core: the status offers `enable` where notifications are off and CONFIG SET is allowed, `restore` after
// that, and the list follows the change.

test('notifications are switched on only after they were asked for, and put back', async ({
  ui,
  redis,
  store,
}) => {
  const setting = async () =>
    ((await redis.client.config('GET', 'notify-keyspace-events')) as string[])[1] ?? ''
  await ui.button('Updates: polling').click()
  const offer = ui.page.getByRole('region', { name: 'Be told of each change at once' })
  await expect(offer).toContainText('CONFIG SET notify-keyspace-events')
  await expect(offer).toContainText('CONFIG REWRITE')
  expect(await setting()).toBe('')
  await ui.page.keyboard.press('Escape')
  expect(await setting()).toBe('')

  await ui.button('Updates: polling').click()
  await ui.button('Switch on notifications').click()
  await expect(ui.button('Updates: live')).toBeVisible()
  expect(await setting()).toContain('K')
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()

  await ui.button('Put it back').click()
  await expect(ui.button('Updates: polling')).toBeVisible()
  expect(await setting()).toBe('')
  await store.createSession({ username: 'grace' })
  await expect(ui.row('grace')).toBeVisible()
})

test('a refusal is said where the change was asked for', async ({ ui, redis }) => {
  await ui.button('Updates: polling').click()
  await expect(ui.button('Switch on notifications')).toBeVisible()
  await redis.client.call('ACL', 'SETUSER', 'default', '-config')
  await ui.button('Switch on notifications').click()
  await expect(ui.page.getByRole('dialog', { name: 'Updates' }).getByRole('alert')).toBeVisible()
})

test.describe('where the server sends them already', () => {
  test.use({ redisArgs: ['--notify-keyspace-events', 'KA'] })

  test('nothing is offered', async ({ ui }) => {
    await ui.button('Updates: live').click()
    await expect(ui.page.getByRole('dialog', { name: 'Updates' })).toContainText('Every change shows at once')
    await expect(ui.button('Switch on notifications')).toHaveCount(0)
    await expect(ui.button('Put it back')).toHaveCount(0)
  })
})
