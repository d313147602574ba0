// `npm run screenshots`: docs/screenshots from the built app, light and dark, with sessions of a small shop.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from '@playwright/test'
import { sign } from 'cookie-signature'
import { Redis } from 'ioredis'
import { launchWeb } from '../e2e/hosts.ts'
import { findRedisServer, startRedisProcess } from '../src/main/core/connection/redis-process.ts'
import { addSampleSessions } from '../src/main/core/samples.ts'
import { findChromium } from './find-chromium.mjs'

const FOLDER = fileURLToPath(new URL('../docs/screenshots/', import.meta.url))
const SIZE = { width: 1280, height: 800 }
const THEMES = ['light', 'dark'] as const
/** What a shop on express-session would keep, and what it signs its cookies with. */
const SHOP = { id: 'xV0rT3kQm9sLb4TzYpWd8HcJfGa3EeU6', secret: 'keyboard cat' }

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
  const expires = new Date(Date.now() + 3_600_000).toISOString()
  const cookie = { originalMaxAge: 3_600_000, expires, httpOnly: true, path: '/' }
  await client.set(
    `sess:${SHOP.id}`,
    JSON.stringify({ cookie, username: 'grace', cart: { items: 3 } }),
    'EX',
    3600,
  )
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
  await page.getByRole('grid', { name: 'Keys of the list' }).getByRole('row').first().waitFor()
  await take(page, 'bulk')
  await page.getByRole('button', { name: 'Cancel' }).click()
  await page.getByRole('button', { name: 'Clear the selection' }).click()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await page.getByRole('button', { name: 'Touch', exact: true }).click()
  await page.getByRole('button', { name: 'Commands', exact: true }).click()
  await page
    .getByRole('grid', { name: /^Commands sent/ })
    .getByRole('row')
    .first()
    .waitFor()
  await page.getByRole('button', { name: 'Dismiss' }).click()
  await take(page, 'journal')

  await drawer.getByRole('button', { name: 'Risks', exact: true }).click()
  await drawer.getByRole('button', { name: 'Read values' }).click()
  // All of them: the number may have grown meanwhile.
  await drawer.getByText(/^([\d,]+) of \1 values$/).waitFor()
  await drawer.getByRole('button', { name: /Zombies/ }).click()
  await drawer.getByRole('grid', { name: /^Sessions: / }).waitFor()
  await take(page, 'risks')

  await drawer.getByRole('button', { name: 'Risks', exact: true }).click()
  await grid.focus()
  await page.keyboard.press('f')
  const dialog = page.getByRole('dialog')
  const signed = encodeURIComponent(`s:${sign(SHOP.id, SHOP.secret)}`)
  await dialog
    .getByRole('textbox', { name: 'Cookies' })
    .fill(`curl https://shop.example/ -H 'Cookie: theme=dark; connect.sid=${signed}'`)
  await dialog.getByRole('textbox', { name: 'Secret, if you have it' }).fill(SHOP.secret)
  await dialog.getByRole('button', { name: 'Find session' }).click()
  await dialog.getByRole('button', { name: 'Open session' }).waitFor()
  await take(page, 'cookie')
  await app.close()
  await context.close()
}
