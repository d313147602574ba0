import { test as base, expect } from './fixtures.ts'

/** The address of the web host. */
const test = base.extend<{ origin: string }>({
  origin: async ({ app }, use) => use(new URL(app.url ?? '').origin),
})

test('the token becomes a cookie that no script and no other site can use', async ({
  origin,
  inspector,
  context,
}) => {
  expect(inspector.url()).toBe(`${origin}/`)
  const [cookie] = await context.cookies()
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/', domain: '127.0.0.1' })
})

test('a browser without the token is told what to open', async ({ origin, browser }) => {
  const stranger = await browser.newContext()
  const page = await stranger.newPage()
  const answer = await page.goto(origin)
  expect(answer?.status()).toBe(403)
  await expect(page.getByRole('heading', { name: 'This browser has not been let in' })).toBeVisible()
  await stranger.close()
})

test('another site gets neither a page nor a WebSocket', async ({ origin, context, openPage }) => {
  const answer = await context.request.get(origin, { headers: { origin: 'https://example.com' } })
  expect(answer.status()).toBe(403)
  const other = await openPage('about:blank')
  const closed = await other.evaluate(
    (url) =>
      new Promise((resolve) => {
        const socket = new WebSocket(url)
        socket.onopen = () => resolve('open')
        socket.onclose = ({ code }) => resolve(code)
      }),
    `${origin.replace('http', 'ws')}/socket`,
  )
  expect(closed).toBe(1006)
})
