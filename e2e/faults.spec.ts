import { Redis } from 'ioredis'
import { expect, test } from './fixtures.ts'

test.describe('a password that was changed on the server', () => {
  test.use({ appArgs: [] })

  test('is asked for, and not tried again and again', async ({ ui, redis, store }) => {
    const { page } = ui
    await redis.client.acl('SETUSER', 'guest', 'on', '>old', '~*', '&*', '+@all')
    await store.createSession({ username: 'ada' })
    await page.getByRole('textbox', { name: 'User' }).fill('guest')
    await page.getByLabel('Password').fill('old')
    await ui.connect(redis.port)
    await expect(ui.row('ada')).toBeVisible()
    await redis.client.acl('SETUSER', 'guest', 'resetpass', '>new')
    await redis.client.call('CLIENT', 'KILL', 'USER', 'guest')
    const banner = page.getByRole('region', { name: 'Lost connection' })
    await expect(banner).toContainText('refused the user or the password')
    await expect(banner).toContainText('not tried again by itself')
    await banner.getByRole('button', { name: 'Enter password' }).click()
    const dialog = page.getByRole('dialog', { name: 'Enter the password' })
    await dialog.getByLabel('Password').fill('guess')
    await page.keyboard.press('Enter')
    await expect(dialog.getByRole('alert')).toContainText('refused the user or the password')
    await dialog.getByLabel('Password').fill('new')
    await page.keyboard.press('Enter')
    await expect(dialog).toHaveCount(0)
    await expect(banner).toHaveCount(0)
    await store.createSession({ username: 'grace' })
    await expect(ui.row('grace')).toBeVisible()
  })
})

test.describe('a server that is busy with a script', () => {
  test.use({ redisArgs: ['--lua-time-limit', '50'], appArgs: [] })

  test('is waited for with what ends it, and can be given up', async ({ ui, redis }) => {
    const { page } = ui
    const other = new Redis({ port: redis.port, enableReadyCheck: false })
    other.on('error', () => {})
    other.eval('while true do end', 0).catch(() => {})
    await ui.connect(redis.port)
    const waiting = page.getByRole('region', { name: 'Waiting for Redis' })
    await expect(waiting).toContainText(/is busy with a script/)
    await expect(waiting).toContainText('SCRIPT KILL')
    await waiting.getByRole('button', { name: 'Stop waiting' }).click()
    await expect(waiting).toHaveCount(0)
    await expect(page.getByRole('alert')).toHaveCount(0)
    await ui.button('Connect').click()
    await expect(waiting).toBeVisible()
    await redis.client.call('SCRIPT', 'KILL')
    await expect(page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
    // The same while one is connected: the list says that it waits, and goes on.
    other.eval('while true do end', 0).catch(() => {})
    await expect(waiting).toContainText('SCRIPT KILL')
    await expect(ui.button('Updates: waiting')).toBeVisible()
    await redis.client.call('SCRIPT', 'KILL')
    await expect(waiting).toHaveCount(0)
    await redis.client.hset('session:late', 'a', 'b')
    await expect(ui.row('late')).toBeVisible()
    other.disconnect()
  })
})
