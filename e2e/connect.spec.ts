import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { freePort } from '../src/main/core/connection/redis-process.ts'
import { expect, test } from './fixtures.ts'

test('connects by itself to the Redis given at the start', async ({ ui, redis }) => {
  await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
})

test.describe('without a Redis given', () => {
  test.use({ appArgs: [] })

  test('connects by host and port', async ({ ui, redis }) => {
    await ui.connect(redis.port)
    await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  })

  test('connects by a URL with a user, a password and a database', async ({ ui, redis }) => {
    await redis.client.acl('SETUSER', 'ada', 'on', '>lovelace', '~*', '&*', '+@all')
    await ui.page.getByRole('tab', { name: 'URL' }).click()
    await ui.page.getByRole('textbox', { name: 'URL' }).fill(`redis://ada:lovelace@127.0.0.1:${redis.port}/3`)
    await ui.button('Connect').click()
    await ui.button(`Connection: 127.0.0.1:${redis.port}`).click()
    const menu = ui.page.getByRole('menu')
    await expect(menu).toContainText('ada')
    await expect(menu.getByRole('definition').nth(1)).toHaveText('3')
    await expect(menu).toContainText(/Redis 7|Valkey|Redis 8/)
  })

  test('says what is wrong with an address or a URL before it sends anything', async ({ ui }) => {
    const { page } = ui
    await page.getByRole('textbox', { name: 'Port' }).fill('abc')
    await ui.button('Connect').click()
    await expect(page.getByRole('alert')).toHaveText('A port is a whole number from 1 to 65535.')
    await expect(page.getByRole('textbox', { name: 'Port' })).toBeFocused()
    await page.getByRole('tab', { name: 'URL' }).click()
    await page.getByRole('textbox', { name: 'URL' }).fill('http://localhost')
    await ui.button('Connect').click()
    await expect(page.getByRole('alert')).toHaveText('A URL starts with redis:// or, for TLS, rediss://.')
    await expect(page.getByRole('textbox', { name: 'URL' })).toBeFocused()
  })

  test('asks for a password, refuses a wrong one at its input, and takes the right one', async ({
    ui,
    redis,
  }) => {
    await redis.client.config('SET', 'requirepass', 'secret')
    const password = ui.page.getByLabel('Password')
    await ui.connect(redis.port)
    await expect(ui.page.getByRole('alert')).toContainText('asks for a password')
    await expect(password).toBeFocused()
    await password.fill('guess')
    await password.press('Enter')
    await expect(ui.page.getByRole('alert')).toContainText('refused the user or the password')
    await expect(password).toBeFocused()
    await password.fill('secret')
    await password.press('Enter')
    await expect(ui.button(`Connection: 127.0.0.1:${redis.port}`)).toBeVisible()
  })

  test('says that nothing listens there', async ({ ui }) => {
    const port = await freePort()
    await ui.connect(port)
    await expect(ui.page.getByRole('alert')).toContainText(`Nothing listens at 127.0.0.1:${port}.`)
    await expect(ui.page.getByRole('textbox', { name: 'Host' })).toBeFocused()
  })

  test('says that a web server is no Redis', async ({ ui }) => {
    const server = createServer((_, response) => response.end('hello'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    await ui.connect(port)
    // Some web servers hang up so fast that their answer is lost on the way.
    await expect(ui.page.getByRole('alert')).toContainText(
      /127\.0\.0\.1:\d+ (does not speak Redis' protocol|closed the connection .* no Redis at all)/,
    )
    server.close()
    server.closeAllConnections()
  })

  test('says that a Redis without TLS does not take TLS', async ({ ui, redis }) => {
    await ui.page.getByRole('checkbox', { name: 'TLS' }).check()
    await ui.connect(redis.port)
    await expect(ui.page.getByRole('alert')).toContainText('does not complete a TLS handshake')
  })

  test('says that there is no such database', async ({ ui, redis }) => {
    await ui.page.getByRole('textbox', { name: 'Database' }).fill('99')
    await ui.connect(redis.port)
    await expect(ui.page.getByRole('alert')).toContainText('has no database 99')
  })

  test('names the commands that the user may not run, at once and where they are needed', async ({
    ui,
    redis,
    store,
  }) => {
    const { page } = ui
    await redis.client.acl('SETUSER', 'viewer', 'on', '>pass', '~*', '&*', '+@all', '-hdel', '-hset')
    await store.createSession({ username: 'ada', theme: 'dark' })
    await page.getByRole('textbox', { name: 'User' }).fill('viewer')
    await page.getByLabel('Password').fill('pass')
    await ui.connect(redis.port)
    await expect(page.getByRole('status').filter({ hasText: 'may not run' })).toContainText(
      'This Redis user may not run HSET and HDEL',
    )
    await ui.open('ada')
    await ui.button('Edit theme').hover()
    await expect(page.getByRole('tooltip')).toContainText('may not run HSET')
  })

  test('starts a private Redis and fills it with samples: two clicks to something alive', async ({ ui }) => {
    await ui.button('Start a private Redis').click()
    await ui.button('Add 200 sample sessions').click()
    await expect(ui.results).toContainText('Added 200 sample sessions.')
    await expect(ui.rows.nth(10)).toBeVisible()
    await expect(ui.button('Updates: live')).toBeVisible()
    // Some of the samples are near their end.
    await expect.poll(() => ui.column('TTL')).toContainEqual(expect.stringMatching(/\d/))
  })
})

test('disconnects, and knows nothing of the sessions any more', async ({ ui, store, redis }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  await ui.button(`Connection: 127.0.0.1:${redis.port}`).click()
  await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()
  await expect(ui.page.getByRole('heading', { name: 'Connect to a Redis' })).toBeVisible()
  await expect(ui.page.getByText('ada')).toHaveCount(0)
  // What was given at the start still stands in the form.
  await ui.button('Connect').click()
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.page.getByRole('heading', { name: 'No session selected' })).toBeVisible()
})
