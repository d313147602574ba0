import { expect, test } from './fixtures.ts'
import { fillSessions } from './sessions.ts'

// Assumes of the core: `list.summary` with a horizon that holds most of the sessions, and a filter that knows `ends`,
// `is:` and `no:end`.

test('a drag over the chart filters for those that expire then, and a click clears it', async ({
  ui,
  redis,
  store,
}) => {
  await fillSessions(redis.client, 40)
  for (const id of ['soon-1', 'soon-2']) {
    await redis.client.copy('session:id-00001', `session:${id}`)
    await redis.client.pexpire(store.keyOf(id), 120_000)
  }
  await expect(ui.page.getByRole('img', { name: /^When they expire: 42 sessions/ })).toBeVisible()
  const span = ui.page.getByRole('slider', { name: 'Span of expiry times' })
  const box = await span.boundingBox()
  if (box === null) throw new Error('no chart')
  const y = box.y + box.height / 2
  await ui.page.mouse.move(box.x + 1, y)
  await expect(ui.page.getByText(/sessions? expires? in less than/)).toBeVisible()
  await ui.page.mouse.down()
  await ui.page.mouse.move(box.x + box.width / 2, y, { steps: 3 })
  await ui.page.mouse.up()
  await expect(ui.filter).toHaveValue(/^ends<\d+s$/)
  await expect(ui.toolbar).toContainText('2 of 42 match')
  await ui.page.mouse.click(box.x + box.width / 4, y)
  await expect(ui.filter).toHaveValue('')
  await expect(ui.toolbar).toContainText('42 sessions')
})

test('the keyboard chooses a span too, and keeps the rest of the filter', async ({ ui, redis }) => {
  await fillSessions(redis.client, 40)
  await ui.filter.fill('user-0000')
  await expect(ui.toolbar).toContainText('9 of 40 match')
  const span = ui.page.getByRole('slider', { name: 'Span of expiry times' })
  await span.press('End')
  await expect(span).toHaveAttribute('aria-valuenow', '59')
  await span.press('Shift+ArrowLeft')
  await expect(span).toHaveAttribute('aria-valuetext', /^40 sessions expire in .*; 9 match$/)
  await span.press('Enter')
  await expect(ui.filter).toHaveValue(/^user-0000 ends>=\d+s ends<\d+s$/)
  await expect(ui.toolbar).toContainText('9 of 40 match')
  await span.press('Escape')
  await expect(ui.filter).toHaveValue('user-0000')
})

test('counts by state are switches that filter', async ({ ui, redis }) => {
  await fillSessions(redis.client, 20)
  await redis.client.persist('session:id-00001')
  await redis.client.pexpire('session:id-00002', 100_000)
  await expect(ui.button('active: 18')).toBeVisible()
  await expect(ui.button('expiring: 1')).toBeVisible()
  await ui.button('no end: 1').click()
  await expect(ui.filter).toHaveValue('no:end')
  await expect(ui.toolbar).toContainText('1 of 20 match')
  await expect(ui.button('no end: 1')).toHaveAttribute('aria-pressed', 'true')
  // One state at a time: no session is in two.
  await ui.button(/^expiring/).click()
  await expect(ui.filter).toHaveValue('is:expiring')
  await ui.button('expiring: 1').click()
  await expect(ui.filter).toHaveValue('')
})

test('an empty list says so where the chart will be', async ({ ui }) => {
  await expect(ui.list).toContainText('When sessions expire shows here as soon as there are any.')
})
