import { AxeBuilder } from '@axe-core/playwright'
import type { Locator } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

const COPY = process.platform === 'darwin' ? 'Meta+c' : 'Control+c'

class Commands {
  readonly list: Locator
  readonly filter: Locator
  readonly details: Locator

  constructor(readonly ui: Screen) {
    this.list = ui.page.getByRole('grid', { name: 'Commands sent to Redis, the newest first' })
    this.filter = ui.page.getByRole('textbox', { name: 'Filter commands' })
    this.details = ui.page.getByRole('region', { name: 'Command', exact: true })
  }

  rows(text: string | RegExp = ''): Locator {
    return this.list.getByRole('row').filter({ hasText: text })
  }

  chip(name: 'Reads' | 'Writes' | 'Background' | 'Failed only'): Locator {
    return this.ui.page.getByRole('button', { name: new RegExp(`^${name}: `) })
  }

  async open(): Promise<void> {
    await this.ui.page.keyboard.press('m')
    await expect(this.list).toBeFocused()
    await expect(this.rows().first()).toBeVisible()
  }

  /** What was copied last. */
  async copied(): Promise<string> {
    return this.ui.page.evaluate(() => (globalThis as { copied?: string }).copied ?? '')
  }
}

/** Notes what is written to the clipboard, which several tests at once would share. */
async function noteCopies(ui: Screen): Promise<void> {
  await ui.page.evaluate(() => {
    const writeText = async (text: string) => void Object.assign(globalThis, { copied: text })
    Object.defineProperty(navigator, 'clipboard', { value: { writeText } })
  })
}

async function edit(ui: Screen, field: string, value: string): Promise<void> {
  await ui.button(`Edit ${field}`).click()
  await ui.page.getByRole('textbox', { name: `Value of ${field}` }).fill(value)
  await ui.page.keyboard.press('Enter')
  await expect(ui.results).toContainText(`Saved ${field}.`)
}

test('an edit shows as the command that was sent, with what for, how long it took and what it did', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await noteCopies(ui)
  await edit(ui, 'theme', 'a "light" one')
  const row = commands.rows('set a field')
  await expect(row).toHaveCount(1)
  await expect(row).toContainText('changed a field')
  await expect(row).toContainText(/\d\d:\d\d:\d\d\.\d\d\d/)
  await expect(row).toContainText(/\d ms/)
  await expect(row).toContainText('write')
  await row.click()
  await expect(commands.details.getByRole('heading', { name: 'changed a field' })).toBeVisible()
  await expect(commands.details).toContainText(`1 session:${id} session theme 1 dark "a \\"light\\" one"`)
  await expect(commands.details).toContainText(`HSET session:${id} theme "a \\"light\\" one"`)
  await expect(commands.details).toContainText('answered 4 items')
  await commands.details.getByRole('button', { name: 'Show source' }).click()
  await expect(commands.details).toContainText("redis.call('HSET', KEYS[1], ARGV[2], ARGV[5])")
  await commands.details.getByRole('button', { name: 'Copy HSET as redis-cli' }).click()
  expect(await commands.copied()).toBe(
    `redis-cli -h 127.0.0.1 -p ${redis.port} HSET session:${id} theme 'a "light" one'`,
  )
  await commands.details.getByRole('button', { name: 'Copy as redis-cli', exact: true }).click()
  // The first time it is sent with its source.
  expect(await commands.copied()).toMatch(/^redis-cli -h 127\.0\.0\.1 -p \d+ EVAL \$'/)
  await commands.details.getByRole('button', { name: 'Close the command' }).click()
  await expect(commands.details).toHaveCount(0)
  await expect(commands.list).toBeFocused()
})

test('a script that was sent by its hash can be copied with its source', async ({ ui, store }) => {
  await store.createSession({ username: 'ada', theme: 'dark' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await noteCopies(ui)
  await ui.button('Touch').click()
  await expect(commands.rows('touch a session')).toHaveCount(1)
  await ui.button('Touch').click()
  const row = commands.rows('touch a session').filter({ hasText: 'EVALSHA' })
  await expect(row).toHaveCount(1)
  await row.click()
  await commands.details.getByRole('button', { name: 'Copy as redis-cli', exact: true }).click()
  expect(await commands.copied()).toMatch(/^redis-cli .* EVALSHA [0-9a-f]{40} 1 session:/)
  await commands.details.getByRole('button', { name: 'Copy as EVAL with its source' }).click()
  expect(await commands.copied()).toMatch(/^redis-cli .* EVAL \$'.*redis\.call.* 1 session:/)
})

test('secrets are left out of what is shown, found and copied', async ({ ui, store }) => {
  await store.createSession({ username: 'ada', csrf_token: 'hunter1' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await noteCopies(ui)
  await edit(ui, 'csrf_token', 'hunter2')
  const row = commands.rows('set a field')
  await expect(row).toContainText('session csrf_token <secret> <secret> <secret>')
  await row.click()
  await expect(commands.details).toContainText('csrf_token <secret>')
  await expect(commands.details).toContainText('Not kept: secrets. The copied line is a comment')
  await expect(commands.details).not.toContainText('hunter')
  await commands.details.getByRole('button', { name: 'Copy as redis-cli', exact: true }).click()
  expect(await commands.copied()).toMatch(/^# secrets left out: redis-cli .*csrf_token '<secret>'/)
  await ui.button('Copy all shown as redis-cli').click()
  await expect(ui.results).toContainText('secrets or long values are left out')
  expect(await commands.copied()).toMatch(/^redis-cli .* <<'END'\n/)
  expect(await commands.copied()).not.toContain('hunter')
  await commands.filter.fill('hunter2')
  await expect(ui.demo).toContainText('No command that is kept matches.')
  await ui.button('Show all commands').click()
  await expect(commands.rows()).not.toHaveCount(0)
  await expect(commands.filter).toHaveValue('')
})

test('the text and the kinds filter, and the background is counted but hidden', async ({ ui, store }) => {
  await store.createSession({ username: 'ada', theme: 'dark' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await ui.button('Touch').click()
  await expect(commands.rows('touch a session')).toHaveCount(1)
  await expect(commands.rows('heartbeat')).toHaveCount(0)
  await expect(commands.chip('Background')).toHaveAttribute('aria-pressed', 'false')
  await commands.chip('Background').click()
  await commands.filter.fill('counted the keys')
  await expect(commands.rows('DBSIZE')).not.toHaveCount(0)
  await expect(commands.rows(/× \d+/).first()).toBeVisible()
  await commands.filter.fill('')
  await commands.chip('Background').click()
  await commands.chip('Reads').click()
  await expect(commands.rows('MULTI')).toHaveCount(0)
  await expect(commands.rows('touch a session')).toHaveCount(1)
  await commands.chip('Reads').click()
  await commands.filter.fill('TOUCHED')
  await expect(commands.rows('opened a session')).toHaveCount(0)
  await expect(commands.rows('touched a session')).not.toHaveCount(0)
  await commands.filter.press('Escape')
  await expect(commands.rows('opened a session')).not.toHaveCount(0)
  await expect(ui.demo).toContainText(/\d+ commands · 1 write · [\d.]+ m?s on average/)
})

test('what failed is marked by a word, and can be shown alone', async ({ ui, redis }) => {
  await redis.client.set('session:text', 'x')
  const commands = new Commands(ui)
  await expect(ui.row('text')).toBeVisible()
  await commands.open()
  await ui.row('text').click()
  await commands.chip('Failed only').click()
  await expect(commands.rows()).toHaveCount(1)
  await expect(commands.rows()).toContainText('failed')
  await expect(commands.rows()).toContainText('HGETALL session:text')
  await commands.rows().click()
  await expect(commands.details).toContainText('WRONGTYPE Operation against a key')
})

test('the log is used by the keyboard alone', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const commands = new Commands(ui)
  const { keyboard } = ui.page
  await ui.open('ada')
  await commands.open()
  await noteCopies(ui)
  await expect(commands.rows('EXEC')).toHaveCount(1)
  const selected = commands.list.getByRole('row', { selected: true })
  await keyboard.press('ArrowDown')
  // From here on what comes waits: whether the row's script had to be sent whole, after EXEC, is Redis' to say.
  await expect(selected).toHaveAttribute('aria-rowindex', '1')
  const hash = Number(await commands.rows('HGETALL').getAttribute('aria-rowindex'))
  for (let at = 2; at <= hash; at += 1) {
    await keyboard.press('ArrowDown')
    await expect(selected).toHaveAttribute('aria-rowindex', String(at))
  }
  await expect(selected).toContainText('HGETALL')
  await keyboard.press(COPY)
  await expect(ui.results).toContainText('Copied as redis-cli.')
  expect(await commands.copied()).toBe(`redis-cli -h 127.0.0.1 -p ${redis.port} HGETALL session:${id}`)
  await keyboard.press('Enter')
  await expect(commands.details).toContainText(`HGETALL session:${id}`)
  await keyboard.press('ArrowDown')
  await expect(commands.details).toContainText(`PTTL session:${id}`)
  await keyboard.press('End')
  await expect(commands.details).toContainText('connected')
  await keyboard.press('Home')
  await expect(selected).toHaveAttribute('aria-rowindex', '1')
  await expect(commands.details).toContainText('opened a session')
  await keyboard.press('Escape')
  await expect(commands.details).toHaveCount(0)
  await expect(selected).toHaveCount(1)
  await keyboard.press('Escape')
  await expect(selected).toHaveCount(0)
  await keyboard.press('m')
  await expect(commands.list).toHaveCount(0)
})

test('nothing moves under the pointer: what has come waits, and shows on demand', async ({ ui, store }) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await expect(commands.list).toContainText('EXEC')
  const first = commands.rows().first()
  await first.hover()
  const number = await first.getAttribute('id')
  await ui.page.keyboard.press('t')
  await expect(ui.results).toContainText('Touched the session')
  const waiting = ui.page.getByRole('button', { name: /^\d+ newer commands?$/ })
  await expect(waiting).toBeVisible()
  await expect(commands.list.locator(`#${number}`)).toHaveAttribute('aria-rowindex', '1')
  await waiting.click()
  await expect(commands.rows('touch a session')).toHaveCount(1)
  // Paused, it holds without the pointer too, and goes on afterwards.
  await ui.button('Pause the log').click()
  await ui.page.mouse.move(0, 0)
  await store.touchSession(id)
  await ui.button('Touch').click()
  await ui.page.mouse.move(0, 0)
  await expect(waiting).toBeVisible()
  const held = await commands.rows().first().getAttribute('id')
  await expect(commands.list.locator(`#${held}`)).toHaveAttribute('aria-rowindex', '1')
  await ui.button('Follow commands again').click()
  await ui.page.mouse.move(0, 0)
  await expect(commands.rows().first()).not.toHaveAttribute('id', held ?? '')
  await expect(waiting).toHaveCount(0)
})

test('a cleared log says what comes next, and another connection begins its own', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  const commands = new Commands(ui)
  await ui.open('ada')
  await commands.open()
  await ui.button('Clear the log').click()
  await expect(commands.rows('connected')).toHaveCount(0)
  await ui.button('Touch').click()
  await expect(commands.rows('touch a session')).toHaveCount(1)
  await commands.rows('touch a session').click()
  await ui.button(/^Connection: /).click()
  await ui.page.getByRole('menuitem', { name: /^Disconnect/ }).click()
  await ui.button('Connect').click()
  await expect(ui.row('ada')).toBeVisible()
  await expect(commands.rows('touch a session')).toHaveCount(0)
  await expect(commands.rows('connected').first()).toBeVisible()
  await expect(commands.details).toHaveCount(0)
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious in the log, ${colorScheme}`, async ({ ui, store, redis }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await redis.client.set('session:text', 'x')
    await store.createSession({ username: 'ada', csrf_token: 'hunter1' })
    const commands = new Commands(ui)
    await ui.row('text').click()
    await ui.open('ada')
    await commands.open()
    await edit(ui, 'csrf_token', 'hunter2')
    await commands.rows('set a field').click()
    await expect(commands.details).toBeVisible()
    await commands.chip('Background').click()
    await expect(commands.rows('background').first()).toBeVisible()
    // Messages fade in and out over the rest.
    await expect(ui.results).toBeEmpty({ timeout: 15_000 })
    const { violations } = await new AxeBuilder({ page: ui.page }).setLegacyMode().analyze()
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html.slice(0, 200)}`)).toEqual([])
  })
}
