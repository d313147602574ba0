// `npm run screenshots`: docs/screenshots from the built app, light and dark, with sessions of a small shop.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { Redis } from 'ioredis'
import { launchWeb } from '../e2e/hosts.ts'
import { findRedisServer, startRedisProcess } from '../src/main/core/connection/redis-process.ts'
import { addSampleSessions } from '../src/main/core/samples.ts'
import { findChromium } from './find-chromium.mjs'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SIZE = { width: 1280, height: 800 }
const THEMES = ['light', 'dark'] as const

const binary = await findRedisServer()
if (binary === null) throw new Error('No redis-server on the PATH: run `npm test`, which installs one.')
const server = await startRedisProcess(binary.path, ['--notify-keyspace-events', 'KA'])
const client = new Redis({ host: server.host, port: server.port })
const executablePath = await findChromium()
const browser = await chromium.launch({
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  ...(executablePath === null ? {} : { executablePath }),
})
try {
  for (const theme of THEMES) await takeAll(theme)
} finally {
  await browser.close()
  client.disconnect()
  await server.stop()
}

async function takeAll(theme: (typeof THEMES)[number]): Promise<void> {
  await client.flushall()
  await addSampleSessions(client, 'session:', 400)
  await client.hset('session:left-behind', 'page_views', '1')
  const context = await browser.newContext({
    viewport: SIZE,
    colorScheme: theme,
    // Nothing is caught while it fades.
    reducedMotion: 'reduce',
  })
  const take = (page: Page, name: string) => page.screenshot({ path: join(FOLDER, `${name}-${theme}.png`) })

  const unconnected = await launchWeb(context, [])
  await unconnected.page.getByLabel('Host').waitFor()
  await take(unconnected.page, 'connect')
  await unconnected.close()

  const app = await launchWeb(context, ['--redis', `redis://${server.host}:${server.port}`])
  const { page } = app
  const drawer = page.getByRole('region', { name: 'Tools' })
  await drawer.getByRole('button', { name: 'Demo server', exact: true }).click()
  await drawer.getByLabel('Demo port').fill('0')
  await drawer.getByRole('button', { name: 'Start demo server' }).click()
  const link = drawer.getByRole('link')
  const demo = await context.newPage()
  await demo.setViewportSize(SIZE)
  await demo.goto((await link.getAttribute('href')) ?? '')
  await demo.getByLabel('Username').fill('ada')
  await demo.getByRole('button', { name: 'Start session' }).click()
  for (let views = 2; views <= 4; views += 1) {
    await demo.getByRole('button', { name: 'Count a page view' }).click()
    await demo
      .getByTestId('page-views')
      .filter({ hasText: String(views) })
      .waitFor()
  }
  await take(demo, 'demo-page')
  await page.bringToFront()
  await page.getByRole('row', { name: /ada/ }).first().click()
  await page.getByRole('tab', { name: 'Fields' }).waitFor()
  await page.mouse.move(640, 20)
  await take(page, 'inspector')
  const grid = page.getByRole('grid', { name: 'Sessions' })
  const rows = grid.getByRole('row')
  await rows.nth(3).hover()
  await rows.nth(3).getByRole('checkbox').click()
  await rows.nth(13).click({ modifiers: ['Shift'] })
  await page.getByRole('toolbar', { name: 'Selection' }).getByRole('button', { name: 'Delete…' }).click()
  await page.getByRole('button', { name: /^Delete \d+ sessions$/ }).waitFor()
  await page.getByRole('listitem').first().waitFor()
  await take(page, 'bulk')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Clear the selection' }).click()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByRole('button', { name: 'Touch', exact: true }).click()
  await page.getByRole('button', { name: 'Commands', exact: true }).click()
  await page.getByRole('option').first().waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await take(page, 'journal')
  await app.close()
  await context.close()
}
