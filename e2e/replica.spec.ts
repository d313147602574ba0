import { Redis } from 'ioredis'
import { findRedisServer, startRedisProcess } from '../src/main/core/connection/redis-process.ts'
import { SessionStore } from '../src/main/core/store/session-store.ts'
import { expect, test } from './fixtures.ts'

test('a server that becomes a replica is read-only by itself, still read, and writable again as a master', async ({
  redis,
  ui,
}) => {
  const binary = (await findRedisServer())?.path ?? 'redis-server'
  const master = await startRedisProcess(binary, ['--repl-diskless-sync-delay', '0'])
  const client = new Redis({ host: master.host, port: master.port })
  try {
    const store = new SessionStore({ client, prefix: 'session:', ttl: 900 })
    await store.createSession({ username: 'ada' })
    await redis.client.call('REPLICAOF', master.host, String(master.port))
    const menu = ui.button(/^Connection: /)
    await expect(menu).toContainText('replica')
    await expect(ui.row('ada')).toBeVisible()
    await expect(ui.page.getByRole('button', { name: /^active/ })).toContainText('1')
    await menu.click()
    const readOnly = ui.page.getByRole('menuitemcheckbox', { name: 'Read-only: a replica takes no writes' })
    await expect(readOnly).toBeChecked()
    await expect(readOnly).toBeDisabled()
    await ui.page.keyboard.press('Escape')
    await expect(ui.button('New session')).toBeDisabled()
    await redis.client.call('REPLICAOF', 'NO', 'ONE')
    await expect(menu).not.toContainText('replica')
    await expect(ui.button('New session')).toBeEnabled()
  } finally {
    client.disconnect()
    await master.stop()
  }
})
