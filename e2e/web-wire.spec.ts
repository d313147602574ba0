import { expect, test } from './fixtures.ts'

test('a page that sends nonsense is cut off, and the inspector beside it goes on', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  const codes = await ui.page.evaluate(async () => {
    const frames = [
      '',
      'nonsense',
      '{}',
      '[1]',
      '{"id":-1,"name":"app.info","arg":{}}',
      'x'.repeat(1024 * 1024),
    ]
    const closed = frames.map(
      (frame) =>
        new Promise<number>((resolve) => {
          const socket = new WebSocket(`${location.origin.replace('http', 'ws')}/socket`)
          socket.onopen = () => socket.send(frame)
          socket.onclose = ({ code }) => resolve(code)
        }),
    )
    return Promise.all(closed)
  })
  for (const code of codes) expect([1003, 1007, 1008, 1009]).toContain(code)
  await store.createSession({ username: 'grace' })
  await expect(ui.row('grace')).toBeVisible()
  await ui.button('Touch').click()
  await expect(ui.results).toContainText('Touched the session of ada')
})

test('when the inspector itself has ended, its page says so and keeps what it showed', async ({
  app,
  ui,
  store,
}) => {
  await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await app.close()
  await expect(ui.page.getByRole('alert')).toContainText('The inspector itself cannot be reached')
  await expect(ui.button('Updates: stale')).toBeVisible()
  await expect(ui.row('ada')).toBeVisible()
  await expect(ui.field('theme')).toContainText('dark')
  await expect(ui.button('Touch')).toBeDisabled()
})
