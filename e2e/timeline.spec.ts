import { readFile } from 'node:fs/promises'
import type { Locator } from '@playwright/test'
import { test as base, expect } from './fixtures.ts'
import type { RunningInspector } from './hosts.ts'
import type { Screen } from './screen.ts'

/** Where what happened is shown: for the session that is open, and for the prefix. */
class Timeline {
  readonly ui: Screen
  readonly session: Locator
  readonly events: Locator
  readonly toolbar: Locator

  constructor(ui: Screen) {
    this.ui = ui
    this.session = ui.detail.getByRole('grid', { name: 'Timeline of the session' })
    this.events = ui.page.getByRole('grid', { name: 'Events' })
    this.toolbar = ui.page.getByRole('toolbar', { name: 'Timeline' })
  }

  async showSession(): Promise<void> {
    await this.ui.detail.getByRole('tab', { name: 'Timeline' }).click()
  }

  /** What happened in a moment of the session that is open. */
  moment(text: string | RegExp): Locator {
    return this.session.getByRole('row').filter({ hasText: text })
  }

  /** An event of the prefix. */
  event(text: string | RegExp): Locator {
    return this.events.getByRole('row').filter({ hasText: text })
  }

  async choose(menu: 'Kinds' | 'Who', choice: string): Promise<void> {
    await this.toolbar.getByRole('button', { name: new RegExp(`^${menu}:`) }).click()
    await this.ui.page
      .getByRole(/^By /.test(choice) ? 'menuitemradio' : 'menuitemcheckbox', { name: choice })
      .click()
    if (menu === 'Kinds') await this.ui.page.keyboard.press('Escape')
  }
}

const test = base.extend<{ timeline: Timeline }>({
  timeline: async ({ ui }, use) => use(new Timeline(ui)),
})

/** Clicks, and reads the file that is handed out. */
interface SavedTimeline {
  readonly events: readonly { readonly kind: string; readonly id?: string }[]
}

async function download(app: RunningInspector, click: () => Promise<void>): Promise<SavedTimeline> {
  const NAME = /^session-\d{4}(-\d\d){5}\.timeline\.json$/
  if (app.electronApp === null) {
    const [file] = await Promise.all([app.page.waitForEvent('download'), click()])
    expect(file.suggestedFilename()).toMatch(NAME)
    return JSON.parse(await readFile(await file.path(), 'utf8'))
  }
  // Electron asks where to, in a window of the system: here the file is taken out of the link's hand.
  await app.page.evaluate(() => {
    const create = URL.createObjectURL
    URL.createObjectURL = (blob) => {
      Object.assign(globalThis, { handedOut: blob })
      return create(blob)
    }
    HTMLAnchorElement.prototype.click = function () {
      Object.assign(globalThis, { named: this.download })
    }
  })
  await click()
  await app.page.waitForFunction(() => 'named' in globalThis)
  const { name, text } = await app.page.evaluate(async () => {
    const { named, handedOut } = globalThis as unknown as { named: string; handedOut: Blob }
    Reflect.deleteProperty(globalThis, 'named')
    return { name: named, text: await handedOut.text() }
  })
  expect(name).toMatch(NAME)
  return JSON.parse(text)
}

for (const [told, redisArgs] of [
  ['with notifications', ['--notify-keyspace-events', 'AKE']],
  ['by polling', []],
] as const) {
  test.describe(told, () => {
    test.use({ redisArgs: [...redisArgs] })

    test('what others do to the open session shows with what its fields held and hold', async ({
      ui,
      timeline,
      store,
      redis,
    }) => {
      const id = await store.createSession({ username: 'ada', theme: 'dark', cart: '{"n":1,"items":[]}' })
      const key = store.keyOf(id)
      await ui.open('ada')
      await timeline.showSession()
      await expect(timeline.moment('Watched')).toContainText('values are kept from here on')
      await redis.client.hset(key, 'theme', 'light')
      await expect(timeline.moment('theme')).toContainText(/Field changed.*theme.*dark.*light/)
      await expect(timeline.moment('theme')).toContainText('outside')
      await redis.client.hset(key, 'cart', '{"n":2,"items":[]}')
      await expect(timeline.moment('cart')).toContainText(/cart\s*n\s*1\s*→\s*2/)
      await redis.client.hset(key, 'locale', 'de')
      await expect(timeline.moment('Field added')).toContainText(/locale.*de/)
      await redis.client.hdel(key, 'locale')
      await expect(timeline.moment('Field removed')).toContainText(/locale.*de/)
      await store.setSessionTtl(id, 60)
      await expect(timeline.moment('TTL changed')).toContainText('30 min → 1 min')
      await redis.client.persist(key)
      await expect(timeline.moment('expiry removed')).toBeVisible()
      await redis.client.pexpire(key, 1500)
      await expect(timeline.moment('Expired')).toContainText('its time was over')
      // It has ended, and what happened to it stays.
      await expect(ui.detail).toContainText('This session expired at')
      await expect(timeline.moment('theme')).toContainText(/dark.*light/)
    })
  })
}

test('an access is told as touched, and what was done from here as the inspector’s', async ({
  ui,
  timeline,
  store,
}) => {
  await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await ui.button('Edit theme').click()
  await ui.page.getByRole('textbox', { name: 'Value of theme' }).fill('light')
  await ui.page.keyboard.press('Enter')
  await timeline.showSession()
  await expect(timeline.moment('theme')).toContainText(/dark.*light/)
  await expect(timeline.moment('theme')).toContainText('inspector')
  // In another second than the creation.
  await ui.page.waitForFunction((end) => Date.now() > end, Date.now() + 1000)
  await ui.button('Touch').click()
  await expect(timeline.moment('Touched')).toContainText('inspector')
  await ui.button('Delete session').click()
  await ui.page.getByRole('alertdialog').getByRole('button', { name: 'Delete session' }).click()
  await expect(ui.page.getByRole('alertdialog')).toHaveCount(0)
  await ui.page.keyboard.press('h')
  await expect(timeline.event('Deleted')).toContainText('inspector')
  // Its timeline is there to be read, as long as it is kept.
  await timeline.event('Deleted').click()
  await expect(ui.detail).toContainText('This session has expired or was deleted.')
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await expect(timeline.moment('theme')).toContainText(/dark.*light/)
})

test('two moments are compared, by mouse and by keyboard', async ({ ui, timeline, store, redis }) => {
  // From then on what comes is told of as created, which is no moment whose values are kept.
  await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
  const id = await store.createSession({ username: 'ada', theme: 'dark', cart: '{"items":[1,2]}' })
  await ui.open('ada')
  await timeline.showSession()
  await expect(timeline.moment('Watched')).toBeVisible()
  await redis.client.hset(store.keyOf(id), 'theme', 'light', 'locale', 'de')
  await expect(timeline.moment('locale')).toBeVisible()
  await redis.client.hdel(store.keyOf(id), 'theme')
  await redis.client.hset(store.keyOf(id), 'cart', '{"items":[1,3]}')
  await expect(timeline.moment('cart')).toBeVisible()
  const diff = ui.detail.getByRole('region', { name: 'Differences' })
  await timeline.moment('Watched').click()
  await expect(ui.detail).toContainText('Choose a second moment to compare with.')
  await timeline.moment('cart').click()
  const row = (name: string) => diff.getByRole('row').filter({ hasText: name })
  await expect(row('cart.items[1]')).toContainText('changed')
  await expect(row('cart.items[1]').getByRole('cell')).toHaveText(['2', '3'])
  await expect(row('locale')).toContainText('added')
  await expect(row('locale').getByRole('cell')).toHaveText(['absent', 'de'])
  await expect(row('theme')).toContainText('removed')
  await expect(row('theme').getByRole('cell')).toHaveText(['dark', 'absent'])
  await expect(row('username')).toHaveCount(0)
  await diff.getByRole('button', { name: 'Close the comparison' }).click()
  await expect(diff).toHaveCount(0)
  // The other way round, with the keyboard alone: the newest, then the oldest.
  await timeline.session.focus()
  await ui.page.keyboard.press('Home')
  await ui.page.keyboard.press(' ')
  await ui.page.keyboard.press('End')
  await ui.page.keyboard.press('ArrowUp')
  await ui.page.keyboard.press(' ')
  await expect(row('theme').getByRole('cell')).toHaveText(['dark', 'absent'])
})

test('a pinned session keeps its values while another is selected', async ({
  ui,
  timeline,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await store.createSession({ username: 'grace' })
  await ui.open('ada')
  await ui.page.keyboard.press('Shift+P')
  await expect(ui.button('Unpin session')).toHaveAttribute('aria-pressed', 'true')
  await ui.open('grace')
  await expect(ui.button('Pin session')).toHaveAttribute('aria-pressed', 'false')
  await redis.client.hset(store.keyOf(id), 'theme', 'light')
  await ui.page.keyboard.press('h')
  await expect(timeline.event('theme')).toContainText(/dark.*light/)
  await expect(timeline.event('theme').getByLabel('pinned')).toBeVisible()
  await timeline.event('theme').click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
  await ui.button('Unpin session').click()
  await expect(ui.button('Pin session')).toBeVisible()
})

test('the prefix’s timeline is filtered, and leads to the session', async ({ ui, timeline, store }) => {
  await expect(ui.list).toBeVisible()
  await ui.page.keyboard.press('h')
  await expect(ui.demo).toContainText(/Nothing has happened under session: since \d\d:\d\d:\d\d/)
  await store.createSession({ username: 'grace' })
  await expect(timeline.event('Created')).toContainText('grace')
  const id = await store.createSession({ username: 'ada' })
  await expect(timeline.event('Created')).toHaveCount(2)
  await expect(ui.demo).toContainText('2 of at most 10,000 events')
  await timeline.toolbar.getByRole('textbox', { name: 'User or session id' }).fill('ADA')
  await expect(timeline.events.getByRole('row')).toHaveCount(1)
  await expect(timeline.event('ada')).toBeVisible()
  await timeline.toolbar.getByRole('button', { name: 'Clear the text' }).click()
  await timeline.choose('Who', 'By inspector')
  await expect(ui.demo).toContainText('No event matches')
  await ui.button('Show all events').click()
  await ui.page.mouse.move(0, 0)
  await timeline.choose('Kinds', 'Touched')
  await expect(ui.demo).toContainText('No event matches')
  await ui.button('Show all events').click()
  await timeline.events.focus()
  await ui.page.keyboard.press('End')
  await ui.page.keyboard.press('Enter')
  await expect(ui.detail.getByRole('heading', { name: 'grace' })).toBeVisible()
  await timeline.event(id.slice(0, 8)).click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
})

test('nothing moves under the pointer, nor while it is paused; a mark says how much waits', async ({
  ui,
  timeline,
  store,
}) => {
  // What comes before the first look at all keys has ended is not told of as created.
  await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
  await ui.page.keyboard.press('h')
  await expect(timeline.toolbar).toBeVisible()
  await store.createSession({ username: 'ada' })
  await timeline.event('ada').hover()
  await store.createSession({ username: 'grace' })
  const mark = timeline.toolbar.getByRole('button', { name: '1 new' })
  await expect(mark).toBeVisible()
  await expect(timeline.events.getByRole('row')).toHaveCount(1)
  await mark.click()
  await expect(timeline.events.getByRole('row')).toHaveCount(2)
  await ui.button('Pause').click()
  await ui.page.mouse.move(0, 0)
  await store.createSession({ username: 'alan' })
  await expect(mark).toBeVisible()
  await expect(timeline.event('alan')).toHaveCount(0)
  await ui.button('Go on').click()
  await expect(timeline.event('alan')).toBeVisible()
  await expect(mark).toHaveCount(0)
})

test('a burst of thousands is shown, and the list stays live', async ({ ui, timeline, redis }) => {
  await expect(ui.list).toBeVisible()
  const pipeline = redis.client.pipeline()
  const time = '2026-04-02T12:34:56+00:00'
  for (let i = 0; i < 3000; i += 1) {
    pipeline.hset(`session:${i}`, { created_at: time, last_accessed_at: time, session_ttl: 60 })
    pipeline.pexpire(`session:${i}`, 60_000)
  }
  await pipeline.exec()
  await expect(ui.toolbar).toContainText('3,000 sessions')
  await ui.page.keyboard.press('h')
  await expect(ui.demo).toContainText('3,000 shown')
  await timeline.events.focus()
  // Each time to the end of what is there by then.
  await expect(async () => {
    await ui.page.keyboard.press('End')
    expect(await timeline.events.evaluate((grid) => grid.scrollTop)).toBeGreaterThan(8000)
  }).toPass({ timeout: 10_000 })
  await redis.client.flushall()
  await expect(timeline.toolbar.getByRole('button', { name: '3,000 new' })).toBeVisible()
  await expect(ui.grid.getByRole('row').filter({ has: ui.page.getByRole('gridcell') })).toHaveCount(0)
  await timeline.toolbar.getByRole('button', { name: '3,000 new' }).click()
  await expect(timeline.event('Deleted').first()).toBeVisible()
  await expect(ui.demo).toContainText('6,000 shown')
})

test('the timeline is exported as JSON, of the prefix and of one session', async ({
  app,
  ui,
  timeline,
  store,
  redis,
}) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await ui.page.keyboard.press('h')
  await redis.client.hset(store.keyOf(id), 'theme', 'light')
  await expect(timeline.event('theme')).toContainText(/dark.*light/)
  const other = await store.createSession({ username: 'grace' })
  await expect(timeline.event('grace')).toBeVisible()
  await ui.demo.getByRole('button', { name: 'Export JSON' }).click()
  const whole = await download(app, () => ui.button('Save JSON').click())
  // Whether the first one was seen to come depends on whether the first look at all keys had ended by then.
  const isKnown = ({ kind, id: whose }: SavedTimeline['events'][number]) =>
    kind !== 'created' || whose === other
  expect({ ...whole, events: whole.events.filter(isKnown) }).toMatchObject({
    format: 'redis-session-inspector/timeline',
    version: 2,
    redacted: 'secrets',
    prefix: 'session:',
    events: [
      { kind: 'watched', id },
      { kind: 'fieldChanged', id, field: 'theme', old: 'dark', new: 'light', by: 'outside', user: 'ada' },
      { kind: 'created', id: other },
    ],
    sessions: [{ id, moments: [{ exists: true }, { exists: true }] }],
  })
  await timeline.showSession()
  await ui.detail.getByRole('button', { name: 'Export JSON' }).click()
  const one = await download(app, () => ui.button('Save JSON').click())
  expect({ ...one, events: one.events.filter(isKnown) }).toMatchObject({
    id,
    events: [{ kind: 'watched' }, { kind: 'fieldChanged' }],
  })
})
