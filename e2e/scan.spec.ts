import { expect, test } from './fixtures.ts'
import { fillOtherKeys, fillSessions } from './sessions.ts'
import { openSlowLink } from './slow-link.ts'

test('fifty thousand sessions list and scroll', async ({ ui, redis }, testInfo) => {
  await fillSessions(redis.client, 50_000)
  await ui.button('Scan again').click()
  await expect(ui.toolbar).toContainText('50,000 sessions', { timeout: 30_000 })
  await expect(ui.page.getByRole('progressbar', { name: 'Scan' })).toHaveCount(0, { timeout: 30_000 })
  await ui.header('User').getByRole('button').click()
  await expect(ui.row('user-00001')).toBeVisible()

  const frames = ui.page.evaluate(
    () =>
      new Promise<{ durations: number[]; blank: number; loading: number }>((resolve) => {
        const durations: number[] = []
        let blank = 0
        let loading = 0
        let last = performance.now()
        const end = last + 4000
        const frame = (now: number) => {
          durations.push(now - last)
          last = now
          const cells = [...document.querySelectorAll('[role="grid"] [role="gridcell"]:first-child')]
          if (cells.length === 0) blank += 1
          else if (!cells.some((cell) => cell.textContent?.startsWith('user-'))) loading += 1
          if (now < end) requestAnimationFrame(frame)
          else resolve({ durations: durations.slice(1).toSorted((a, b) => a - b), blank, loading })
        }
        requestAnimationFrame(frame)
      }),
  )
  const box = await ui.grid.boundingBox()
  await ui.page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 300)
  for (let turn = 0; turn < 60; turn++) await ui.page.mouse.wheel(0, 400)
  const { durations, blank, loading } = await frames
  const at = (share: number) => `${(durations[Math.floor(durations.length * share)] ?? 0).toFixed(1)} ms`
  const figures = `p50 ${at(0.5)}, p95 ${at(0.95)}, p99 ${at(0.99)} of ${durations.length} frames; ${loading} with rows on their way alone`
  testInfo.annotations.push({ type: 'frames', description: figures })
  expect(blank, figures).toBe(0)

  for (const [key, user] of [
    ['End', 'user-50000'],
    ['Home', 'user-00001'],
  ] as const) {
    await ui.grid.press(key)
    await expect(ui.row(user)).toBeInViewport()
  }
  await ui.grid.evaluate((grid) => grid.scrollTo(0, grid.scrollHeight / 2))
  await expect(ui.row('user-25000')).toBeVisible()
  await expect(ui.grid.getByLabel('Loading')).toHaveCount(0)
  await ui.filter.fill('user-4999')
  await expect(ui.toolbar).toContainText('10 of 50,000 match')
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
