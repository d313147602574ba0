import type { Page } from '@playwright/test'
import { startCluster, type TestCluster } from '../src/test/cluster.ts'
import { expect, test } from './fixtures.ts'

const TIME = '2026-04-02T12:34:56+00:00'

test.use({ appArgs: [] })

let cluster: TestCluster
test.beforeAll(async () => {
  cluster = await startCluster({ args: ['--notify-keyspace-events', 'KA'] })
})
test.afterAll(() => cluster.stop())

/** Connects as another window of the same inspector would. */
async function connect(page: Page, target: object): Promise<void> {
  await page.evaluate(async (arg) => {
    const bridge = (globalThis as { inspector?: { invoke(name: string, arg: unknown): Promise<unknown> } })
      .inspector
    if (bridge !== undefined) return void (await bridge.invoke('connection.connect', arg))
    await new Promise<void>((resolve) => {
      const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/socket`)
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, name: 'connection.connect', arg }))
      socket.onmessage = ({ data }) => {
        if (JSON.parse(String(data)).id !== 1) return
        socket.close()
        resolve()
      }
    })
  }, target)
}

test('shows the sessions of all nodes, and which node has how many of them', async ({ inspector, ui }) => {
  await Promise.all(
    Array.from({ length: 90 }, (_, i) =>
      cluster.client.hset(`session:${i}`, {
        ...{ created_at: TIME, last_accessed_at: TIME, session_ttl: '600' },
        username: `user-${String(i).padStart(2, '0')}`,
      }),
    ),
  )
  await connect(inspector, { deployment: 'cluster', host: '127.0.0.1', port: cluster.port })
  await expect(ui.toolbar).toContainText('90 sessions')
  await inspector.getByRole('button', { name: /^Connection:/ }).click()
  await inspector.getByRole('menuitem', { name: 'Cluster nodes…' }).click()
  const dialog = inspector.getByRole('dialog', { name: 'Cluster nodes' })
  await expect(dialog).toContainText('3 masters, 3 replicas; all slots are served.')
  await expect(dialog.getByRole('row').filter({ hasText: 'master' })).toHaveCount(3)
  await expect(dialog.getByRole('row').filter({ hasText: 'replica' })).toHaveCount(3)
  const counts = async () => {
    const cells = await dialog
      .getByRole('row')
      .filter({ hasText: 'master' })
      .locator('td:nth-child(4)')
      .allTextContents()
    return cells.reduce((sum, text) => sum + Number(text), 0)
  }
  await expect.poll(counts).toBe(90)
  // Live while it is open.
  for (let i = 0; i < 30; i += 1) await cluster.client.del(`session:${i}`)
  await expect.poll(counts).toBe(60)
  await inspector.keyboard.press('Escape')
  await inspector.keyboard.press('ControlOrMeta+k')
  await inspector.getByRole('combobox').fill('cluster')
  await inspector.keyboard.press('Enter')
  await expect(dialog).toBeVisible()
})

test('says which node is gone, and goes on when its replica has taken over', async ({ inspector, ui }) => {
  await connect(inspector, { deployment: 'cluster', host: '127.0.0.1', port: cluster.port })
  await expect(ui.toolbar).toContainText(/\d+ sessions?/)
  const masters = await cluster.masters()
  await Promise.all(masters.map((node) => node.client.wait(1, 2000)))
  const [master] = masters
  await master?.kill()
  await expect(inspector.getByText(/Redis at .* is lost/).first()).toBeVisible()
  await expect(inspector.getByRole('button', { name: /^Connection:/ })).toBeVisible()
  await expect(ui.button('New session')).toBeEnabled({ timeout: 20_000 })
  await master?.start()
})
