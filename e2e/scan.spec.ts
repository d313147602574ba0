import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import { recordFrames } from './frames.ts'
import { fillOtherKeys, fillSessions } from './sessions.ts'
import { openSlowLink } from './slow-link.ts'

/** Bytes that the page's scripts hold, without what is garbage. */
async function heapSize(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

test('two hundred thousand sessions list, sort, filter and scroll', async ({ ui, redis }, testInfo) => {
  test.slow()
  await fillSessions(redis.client, 200_000)
  await ui.button('Scan again').click()
  await expect(ui.toolbar).toContainText('200,000 sessions', { timeout: 60_000 })
  await expect(ui.page.getByRole('progressbar', { name: 'Scan' })).toHaveCount(0, { timeout: 60_000 })
  await ui.header('User').getByRole('button').click()
  await expect(ui.row('user-000001')).toBeVisible()
  const heap = await heapSize(ui.page)

  const box = await ui.grid.boundingBox()
  await ui.page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 300)
  const frames = recordFrames(ui.page, 6000)
  const height = await ui.grid.evaluate((grid) => grid.scrollHeight)
  for (let turn = 0; turn < 100; turn++) await ui.page.mouse.wheel(0, height / 100)
  const { durations, blank, loading } = await frames
  const at = (share: number) => `${(durations[Math.floor(durations.length * share)] ?? 0).toFixed(1)} ms`
  const figures = `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)} of ${durations.length} frames; ${loading} with rows on their way alone`
  testInfo.annotations.push({ type: 'frames', description: figures })
  expect(blank, figures).toBe(0)
  await expect(ui.row('user-200000')).toBeInViewport()
  // What has left the screen is held nowhere: a tenth of these rows would be more than this.
  expect((await heapSize(ui.page)) - heap).toBeLessThan(4 * 1024 * 1024)

  // Rows that fly past are not read; where one is can be.
  const seen = await ui.grid.evaluate(async (grid) => {
    const positions: string[] = []
    for (let step = 1; step <= 50; step += 1) {
      grid.scrollTo(0, step * 2000 * 28)
      await new Promise((resolve) => requestAnimationFrame(resolve))
      positions.push(grid.nextElementSibling?.textContent ?? '')
    }
    return positions
  })
  expect(seen.filter((text) => /^[1-9][\d,]*,001 of 200,000$/.test(text)).length).toBeGreaterThan(0)
  await expect(ui.page.getByText('100,001 of 200,000')).toHaveCount(0)
  await expect(ui.row('user-100001')).toBeVisible()

  for (const [key, user] of [
    ['Home', 'user-000001'],
    ['End', 'user-200000'],
  ] as const) {
    await ui.grid.press(key)
    await expect(ui.row(user)).toBeInViewport()
  }
  await ui.grid.evaluate((grid) => grid.scrollTo(0, grid.scrollHeight / 2))
  await expect(ui.row('user-100000')).toBeVisible()
  await expect(ui.grid).toHaveAttribute('aria-busy', 'false')
  await ui.filter.fill('user-19999')
  await expect(ui.toolbar).toContainText('10 of 200,000 match')
})

test.describe('over a slow link', () => {
  test.use({ appArgs: [] })

  test('a scan shows how far it is, stops, and goes on from there', async ({ ui, redis }) => {
    const link = await openSlowLink(redis.port, 60)
    await fillOtherKeys(redis.client, 40_000)
    await fillSessions(redis.client, 100)
    await ui.connect(link.port)
    const bar = ui.page.getByRole('progressbar', { name: 'Scan' })
    await expect.poll(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(0)
    await ui.button('Stop the scan').click()
    await expect(ui.list).toContainText(/keys scanned, stopped/)
    const scanned = Number(await bar.getAttribute('value'))
    expect(scanned).toBeLessThan(40_100)
    await ui.button('Resume the scan').click()
    await expect.poll(async () => Number(await bar.getAttribute('value'))).toBeGreaterThan(scanned)
    await expect(ui.toolbar).toContainText('100 sessions in 40,100 keys', { timeout: 20_000 })
    await expect(bar).toHaveCount(0)
    link.close()
  })
})
