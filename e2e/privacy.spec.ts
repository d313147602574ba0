import { readFile, writeFile } from 'node:fs/promises'
import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from '@playwright/test'
import { SessionStore } from '../src/main/core/store/session-store.ts'
import { expect, test, useTestRedis } from './fixtures.ts'
import { Screen } from './screen.ts'

test.use({ privacy: null, redisArgs: ['--notify-keyspace-events', 'AKE'] })

const UNDO = process.platform === 'darwin' ? 'Meta+z' : 'Control+z'
const PASSWORD = 'hunter2-correct-horse'
const NEW_PASSWORD = 'battery-staple-hunter3'
const API_KEY = 'sk_live_51H8abcdefXYZ'
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N'
const FIELDS = {
  username: 'ada',
  theme: 'dark',
  password: PASSWORD,
  prefs: JSON.stringify({ locale: 'de', apiKey: API_KEY }),
  note: `bearer of ${JWT}`,
}
const SECRETS = [PASSWORD, NEW_PASSWORD, API_KEY, JWT, JWT.slice(-12)]

/** What of an id must not be on the page: any stretch of it that is longer than what is shown of it. */
const stretchesOf = (id: string): readonly string[] => [id.slice(0, 8), id.slice(8, 18), id.slice(-8)]

/** Everything in the page: texts, attributes, what is typed into inputs, and its title. */
const everythingIn = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const typed = [...document.querySelectorAll<HTMLInputElement>('input, textarea')].map(
      ({ value }) => value,
    )
    return [document.documentElement.outerHTML, document.title, ...typed].join('\n')
  })

async function tellsNothing({ page }: Screen, ids: readonly string[]): Promise<void> {
  const all = await everythingIn(page)
  for (const told of [...ids.flatMap(stretchesOf), ...SECRETS]) expect(all).not.toContain(told)
}

const masked = (id: string) => `${id.slice(0, 6)}••••`
const privacy = ({ page }: Screen) => page.getByRole('button', { name: /^Ids and secrets:/ })

async function chooseMode(ui: Screen, mode: 'Masked' | 'Shown' | 'Streaming'): Promise<void> {
  await privacy(ui).click()
  await ui.page.getByRole('menuitemradio', { name: new RegExp(`^${mode}`) }).click()
}

/** Walks over everything that shows sessions, and looks at each page. */
async function visitEverything(ui: Screen, store: SessionStore, ids: readonly string[]): Promise<void> {
  const { page } = ui
  const [id = ''] = ids
  const look = () => tellsNothing(ui, ids)
  await ui.open('ada')
  await expect(ui.field('password')).toBeVisible()
  await look()
  // What the mouse finds: tooltips too.
  await ui.row('ada').hover()
  await ui.field('note').hover()
  await look()
  await page.getByRole('tab', { name: 'Timeline' }).click()
  await store.updateSession(id, {
    password: NEW_PASSWORD,
    prefs: JSON.stringify({ locale: 'en', apiKey: `${API_KEY}2` }),
  })
  const moments = ui.detail.getByRole('grid', { name: 'Timeline of the session' })
  await expect(moments).toContainText('password')
  await look()
  await moments.getByRole('row').first().click()
  await moments.getByRole('row').last().click()
  await expect(ui.detail.getByRole('region', { name: 'Differences' })).toContainText('password')
  await look()
  await page.getByRole('tab', { name: 'redis-cli' }).click()
  await expect(ui.detail).toContainText('HGETALL')
  await look()
  await page.getByRole('tab', { name: 'Fields' }).click()

  await ui.button('Timeline').click()
  await expect(page.getByRole('grid', { name: 'Events' })).toContainText('password')
  await look()
  await ui.button('Commands').click()
  const commands = page.getByRole('grid', { name: /^Commands sent/ })
  await ui.button('Touch').click()
  await commands.getByRole('row').filter({ hasText: 'touch a session' }).first().click()
  await expect(page.getByRole('region', { name: 'Command' })).toContainText('What the script did')
  await look()
  await commands.press('End')
  await look()
  await ui.button('Commands').click()

  await page.keyboard.press('Delete')
  await expect(page.getByRole('alertdialog')).toContainText('Delete the session of ada?')
  await look()
  await ui.button('Cancel').click()
  await ui.detail.getByRole('button', { name: 'Export session' }).click()
  await expect(page.getByRole('dialog')).toContainText('The session of ada')
  await look()
  await ui.button('Cancel').click()
  await ui.detail.getByRole('button', { name: 'Log ada out everywhere' }).click()
  await expect(page.getByRole('grid', { name: 'Keys of the list' }).getByRole('row').first()).toBeVisible()
  await look()
  await ui.button('Cancel').click()
  await ui.page.keyboard.press('u')
  await expect(page.getByRole('dialog', { name: 'Undo history' })).toBeVisible()
  await look()
  await ui.button('Close').click()
  await page.keyboard.press(process.platform === 'darwin' ? 'Meta+k' : 'Control+k')
  await expect(page.getByRole('dialog', { name: 'All commands' })).toBeVisible()
  await look()
  await page.keyboard.press('Escape')
}

test('a fresh inspector shows no id and no secret anywhere, and sessions are told apart all the same', async ({
  ui,
  store,
}) => {
  const ids = [await store.createSession(FIELDS), await store.createSession({ theme: 'light' })]
  const [id = '', other = ''] = ids
  await expect(ui.cell('ada', 'Session')).toHaveText(masked(id))
  await expect(ui.row(masked(other))).toBeVisible()
  await expect(privacy(ui)).toHaveAccessibleName('Ids and secrets: masked')
  await visitEverything(ui, store, ids)
})

test('one value is shown when it is asked for, for as long as its session is open', async ({ ui, store }) => {
  const id = await store.createSession(FIELDS)
  await store.createSession({ username: 'grace', password: 'other-password' })
  await ui.open('ada')
  await expect(ui.field('password')).toContainText('••••••••')
  await ui.button('Show the value of password').click()
  await expect(ui.field('password')).toContainText(PASSWORD)
  // That one alone.
  await tellsNothingBut(ui, PASSWORD, [id])
  await ui.button('Show the value of prefs').click()
  await expect(ui.field('prefs')).toContainText(API_KEY)
  await ui.button('Hide the value of prefs').click()
  await expect(ui.field('prefs')).toContainText('de')
  await expect(ui.field('prefs')).not.toContainText(API_KEY)
  await ui.button('Show session id').click()
  await expect(ui.detail).toContainText(id)
  await expect(ui.cell('ada', 'Session')).toHaveText(id)

  await ui.open('grace')
  await expect(ui.field('password')).toContainText('••••••••')
  await ui.open('ada')
  await expect(ui.field('password')).toContainText('••••••••')
  await tellsNothing(ui, [id])
})

async function tellsNothingBut(ui: Screen, seen: string, ids: readonly string[]): Promise<void> {
  const all = await everythingIn(ui.page)
  for (const told of [...ids.flatMap(stretchesOf), ...SECRETS.filter((secret) => secret !== seen)])
    expect(all).not.toContain(told)
}

test('from the keyboard: v shows the id, or the value in focus, Shift+V everything', async ({
  ui,
  store,
}) => {
  const id = await store.createSession(FIELDS)
  await ui.open('ada')
  await ui.grid.focus()
  await ui.page.keyboard.press('v')
  await expect(ui.detail).toContainText(id)
  await ui.page.keyboard.press('v')
  await tellsNothing(ui, [id])
  await ui.button('Edit password').focus()
  await ui.page.keyboard.press('v')
  await expect(ui.field('password')).toContainText(PASSWORD)
  await expect(ui.detail).not.toContainText(id)
  await ui.page.keyboard.press('v')
  await ui.button('Show the value of note').focus()
  await ui.page.keyboard.press('Enter')
  await expect(ui.field('note')).toContainText(JWT)
  await ui.page.keyboard.press('Enter')
  await tellsNothing(ui, [id])

  await ui.grid.focus()
  await ui.page.keyboard.press('Shift+V')
  await expect(privacy(ui)).toHaveAccessibleName('Ids and secrets: shown')
  await expect(ui.cell('ada', 'Session')).toHaveText(id)
  await expect(ui.field('password')).toContainText(PASSWORD)
  await expect(ui.field('prefs')).toContainText(API_KEY)
  await ui.page.keyboard.press('Shift+V')
  await tellsNothing(ui, [id])
})

test.describe('in the lists of many', () => {
  /** Two sessions of one user, an event of each, and the commands that went for them. */
  async function twoSessions(ui: Screen, store: SessionStore): Promise<readonly [string, string]> {
    const first = await store.createSession(FIELDS)
    const second = await store.createSession({ username: 'ada', theme: 'light' })
    await expect(ui.rows).toHaveCount(2)
    return [first, second]
  }
  /** Everything masked but this one. */
  async function showsAlone({ page }: Screen, seen: string, others: readonly string[]): Promise<void> {
    const all = await everythingIn(page)
    expect(all).toContain(seen)
    for (const told of others.flatMap(stretchesOf)) expect(all).not.toContain(told)
  }
  /** Neither serious nor critical. */
  async function isAccessible({ page }: Screen): Promise<void> {
    const { violations } = await new AxeBuilder({ page }).analyze()
    expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')).toEqual([])
  }

  test('one event shows its id or its value, by its eyes or from the keyboard', async ({ ui, store }) => {
    const [id, other] = await twoSessions(ui, store)
    await ui.open(masked(id))
    await ui.button('Timeline').click()
    const events = ui.page.getByRole('grid', { name: 'Events' })
    await store.updateSession(id, { password: NEW_PASSWORD })
    const event = events.getByRole('row').filter({ hasText: 'password' })
    await expect(event).toHaveCount(1)
    await event.getByRole('button', { name: 'Show session id' }).click()
    await showsAlone(ui, id, [other, ...SECRETS])
    await event.getByRole('button', { name: 'Hide session id' }).click()
    await tellsNothing(ui, [id, other])
    await event.getByRole('button', { name: 'Show the value of password' }).click()
    await showsAlone(ui, NEW_PASSWORD, [id, other])
    await event.getByRole('button', { name: 'Hide the value of password' }).click()
    await tellsNothing(ui, [id, other])

    await events.focus()
    await events.press('End')
    await events.press('v')
    await showsAlone(ui, id, [other, ...SECRETS])
    await events.press('v')
    await tellsNothing(ui, [id, other])
    await ui.page.keyboard.press('Tab')
    await expect(event.getByRole('button', { name: 'Show session id' })).toBeFocused()
    await ui.page.keyboard.press('Tab')
    await expect(event.getByRole('button', { name: 'Show the value of password' })).toBeFocused()
    await ui.page.keyboard.press('Enter')
    await showsAlone(ui, NEW_PASSWORD, [id, other])
    await isAccessible(ui)
    // What was shown is masked again when it is closed.
    await ui.button('Timeline').click()
    await ui.button('Timeline').click()
    await expect(event).toHaveCount(1)
    await tellsNothing(ui, [id, other])
  })

  test('one command shows its line, by its eye or by v, and no other does', async ({ ui, store }) => {
    const [id, other] = await twoSessions(ui, store)
    await ui.row(masked(id)).click()
    await ui.button('Commands').click()
    await ui.button('Touch').click()
    await ui.row(masked(other)).click()
    await ui.button('Touch').click()
    await ui.button(/^Reads/).click()
    const commands = ui.page.getByRole('grid', { name: /^Commands sent/ })
    const touches = commands.getByRole('row').filter({ hasText: 'touch a session' })
    await expect(touches).toHaveCount(2)
    await touches.last().hover()
    await touches.last().getByRole('button', { name: 'Show the whole line' }).click()
    await showsAlone(ui, id, [other])
    await touches.last().getByRole('button', { name: 'Hide the whole line' }).click()
    await tellsNothing(ui, [id, other])
    await touches.first().click()
    await commands.press('v')
    await showsAlone(ui, other, [id])
    await commands.press('v')
    const details = ui.page.getByRole('region', { name: 'Command' })
    await details
      .getByRole('button', { name: /^Show the whole line of/ })
      .first()
      .click()
    await showsAlone(ui, other, [id])
    // Another command shows nothing of that.
    await touches.last().click()
    await tellsNothing(ui, [id, other])
    await isAccessible(ui)
  })

  test('one key of a bulk action and one of a finding show their ids, and are masked with what they are in', async ({
    ui,
    store,
    redis,
  }) => {
    const [id, other] = await twoSessions(ui, store)
    await redis.client.persist(store.keyOf(id))
    await redis.client.persist(store.keyOf(other))
    await ui.button('Risks').click()
    await ui.page
      .getByRole('list', { name: 'Findings' })
      .getByRole('button', { name: /Sessions without TTL/ })
      .click()
    const found = ui.page.getByRole('grid', { name: 'Sessions: Sessions without TTL' })
    await expect(found.getByRole('row')).toHaveCount(2)
    await found
      .getByRole('row')
      .filter({ hasText: masked(id) })
      .hover()
    await found
      .getByRole('row')
      .filter({ hasText: masked(id) })
      .getByRole('button', { name: 'Show session id' })
      .click()
    await showsAlone(ui, id, [other])
    await ui.button('Risks').click()
    await tellsNothing(ui, [id, other])

    await ui.grid.focus()
    await ui.page.keyboard.press('Control+a')
    await ui.button('Delete…').click()
    const keys = ui.page.getByRole('grid', { name: 'Keys of the list' })
    await expect(keys.getByRole('row')).toHaveCount(2)
    await tellsNothing(ui, [id, other])
    await keys.focus()
    await keys.press('End')
    await keys.press('v')
    const last = keys.getByRole('row').last()
    const shown = (await last.textContent())?.includes(id) ? id : other
    await showsAlone(ui, shown, [shown === id ? other : id])
    await ui.page.keyboard.press('Tab')
    await expect(last.getByRole('button', { name: 'Hide session id' })).toBeFocused()
    await ui.page.keyboard.press('Enter')
    await tellsNothing(ui, [id, other])
    await isAccessible(ui)
    await keys.press('v')
    await ui.button('Cancel').click()
    await tellsNothing(ui, [id, other])
  })
})

test('the session of a cookie, the line of a file and the largest sessions show their ids by their eyes', async ({
  ui,
  store,
}, testInfo) => {
  const id = await store.createSession(FIELDS)
  await expect(ui.row('ada')).toBeVisible()
  const showsByItsEye = async (place: Locator) => {
    await expect(place).toContainText(masked(id))
    await place.hover()
    await place.getByRole('button', { name: 'Show session id' }).click()
    await expect(place).toContainText(id)
    await place.getByRole('button', { name: 'Hide session id' }).click()
    await expect(place).not.toContainText(id)
  }
  await ui.page.keyboard.press('f')
  const cookies = ui.page.getByRole('dialog', { name: 'Find a session by its cookie' })
  await cookies.getByRole('textbox', { name: 'Cookies' }).fill(`session_id=${id}`)
  await cookies.getByRole('button', { name: 'Find session' }).click()
  await showsByItsEye(cookies.getByRole('list', { name: 'Cookies' }).getByRole('listitem'))
  await ui.page.keyboard.press('Escape')

  const file = testInfo.outputPath('one.ndjson')
  await writeFile(file, `${JSON.stringify({ id, fields: { username: 'eve' }, ttl: 600 })}\n`)
  await ui.toolbar.getByRole('button', { name: 'More' }).click()
  await ui.page.getByRole('menuitem', { name: 'Import sessions…' }).click()
  await ui.page.getByLabel('File to import').setInputFiles(file)
  const outcomes = ui.page.getByRole('list', { name: 'What would happen' })
  await outcomes.locator('summary').click()
  await showsByItsEye(outcomes.getByRole('listitem').getByRole('listitem'))
  await ui.button('Cancel').click()

  await ui.page.keyboard.press('Shift+R')
  await ui.button('Read values').click()
  const largest = ui.page.getByRole('list', { name: 'Largest sessions' }).getByRole('listitem')
  await showsByItsEye(largest)
  await tellsNothing(ui, [id])
  await largest.getByRole('button', { name: /^[\d.,]+\s/ }).click()
  await expect(ui.detail.getByRole('heading', { name: 'ada' })).toBeVisible()
})

test('what was chosen is remembered when the page is loaded again', async ({ ui, store }) => {
  const id = await store.createSession(FIELDS)
  await chooseMode(ui, 'Shown')
  await expect(ui.cell('ada', 'Session')).toHaveText(id)
  await ui.page.reload()
  await expect(ui.cell('ada', 'Session')).toHaveText(id)
  await chooseMode(ui, 'Masked')
  await ui.page.reload()
  await expect(ui.cell('ada', 'Session')).toHaveText(masked(id))
})

test('an edit shows what is edited alone, and its conflict none of the values unasked', async ({
  ui,
  store,
  redis,
}) => {
  const id = await store.createSession(FIELDS)
  await ui.open('ada')
  await ui.button('Edit password').click()
  const input = ui.page.getByRole('textbox', { name: 'Value of password' })
  await expect(input).toHaveValue(PASSWORD)
  await redis.client.hset(store.keyOf(id), 'password', NEW_PASSWORD)
  await expect(ui.detail).toContainText('Changed in Redis since you began')
  expect(await everythingIn(ui.page)).not.toContain(NEW_PASSWORD)
  await input.fill('mine')
  await input.press('Enter')
  const conflict = ui.detail.getByRole('group', { name: 'Conflict' })
  await expect(conflict).toContainText('Now in Redis')
  expect(await conflict.innerHTML()).not.toContain(NEW_PASSWORD)
  await conflict.getByRole('button', { name: 'Show this value' }).last().click()
  await expect(conflict).toContainText(NEW_PASSWORD)
  await ui.button('Write mine anyway').click()
  await expect(ui.results).toContainText('Wrote yours over what was in Redis.')
  // The undo is refused for another change, and shows both values, which are hidden as well.
  await redis.client.hset(store.keyOf(id), 'password', NEW_PASSWORD)
  await ui.grid.focus()
  await ui.page.keyboard.press(UNDO)
  const dialog = ui.page.getByRole('dialog', { name: /has changed since/ })
  await expect(dialog).toContainText('password')
  await tellsNothing(ui, [id])
  await dialog.getByRole('button', { name: 'Cancel' }).click()
})

test('two connections are compared without their secrets', async ({ ui, redis, store }) => {
  await useTestRedis([], null, async (other) => {
    const id = await store.createSession(FIELDS)
    const there = new SessionStore({ client: other.client })
    await other.client.hset(there.keyOf(id), {
      ...(await redis.client.hgetall(store.keyOf(id))),
      password: NEW_PASSWORD,
    })
    await ui.button('Open another connection').click()
    await ui.page.getByRole('textbox', { name: 'URL' }).fill(other.url)
    await ui.button('Connect').click()
    await expect(ui.button(`Connection: 127.0.0.1:${other.port}`)).toBeVisible()
    await ui.page.getByRole('tab', { name: `127.0.0.1:${redis.port}` }).click()
    await ui.open('ada')
    await ui.button('Compare with another connection').click()
    const dialog = ui.page.getByRole('dialog', { name: 'Compare with another connection' })
    await expect(dialog).toContainText('password')
    await tellsNothing(ui, [id])
    await dialog.getByRole('button', { name: 'Show the values of password' }).click()
    await expect(dialog).toContainText(NEW_PASSWORD)
    await dialog.getByRole('button', { name: 'Close' }).click()
    await tellsNothing(ui, [id])
  })
})

test.describe('streaming', () => {
  test('shows no part of an id, nor a secret, wherever one goes, also after a reload', async ({
    ui,
    store,
  }) => {
    const ids = [await store.createSession(FIELDS), await store.createSession({ theme: 'light' })]
    await ui.grid.focus()
    await ui.page.keyboard.press('Shift+S')
    await expect(privacy(ui)).toHaveText('Streaming')
    await expect(ui.cell('ada', 'Session')).toHaveText(/^session [0-9a-f]{4}$/)
    const noBeginnings = async () => {
      const all = await everythingIn(ui.page)
      for (const id of ids) expect(all).not.toContain(id.slice(0, 5))
    }
    await visitEverything(ui, store, ids)
    await noBeginnings()
    await expect(ui.page.getByRole('button', { name: /^Show the value/ })).toHaveCount(0)
    await expect(ui.button('Show session id')).toHaveCount(0)
    await ui.grid.focus()
    await ui.page.keyboard.press('v')
    await ui.page.keyboard.press('Shift+V')
    await tellsNothing(ui, ids)
    for (const [panel, rows] of [
      ['Timeline', 'Events'],
      ['Commands', /^Commands sent/],
    ] as const) {
      await ui.button(panel).click()
      const list = ui.page.getByRole('grid', { name: rows })
      await expect(list.getByRole('row').first()).toBeVisible()
      await list.press('Home')
      await list.press('v')
      await expect(list.getByRole('button')).toHaveCount(0)
      await tellsNothing(ui, ids)
      await ui.button(panel).click()
    }
    await ui.page.reload()
    await expect(privacy(ui)).toHaveText('Streaming')
    await expect(ui.row('ada')).toBeVisible()
    await tellsNothing(ui, ids)
    await noBeginnings()
  })

  test('edits a secret without showing it, copies it with a word about that, and ends on purpose alone', async ({
    ui,
    store,
    redis,
  }) => {
    const id = await store.createSession(FIELDS)
    await chooseMode(ui, 'Streaming')
    await ui.open('ada')
    await ui.button('Edit password').click()
    const input = ui.page.getByLabel('Value of password')
    await expect(input).toHaveAttribute('type', 'password')
    await input.fill(NEW_PASSWORD)
    await input.press('Enter')
    await expect(ui.results).toContainText('Saved password.')
    expect(await redis.client.hget(store.keyOf(id), 'password')).toBe(NEW_PASSWORD)
    await tellsNothing(ui, [id])
    // What is written to the clipboard is noted, since several tests at once would share it.
    await ui.page.evaluate(() => {
      const writeText = async (text: string) => {
        Object.assign(globalThis, { copied: text })
      }
      Object.defineProperty(navigator, 'clipboard', { value: { writeText } })
    })
    await ui.button('Copy session id').click()
    await expect(ui.results).toContainText('The real value is in the clipboard now.')
    expect(await ui.page.evaluate(() => Reflect.get(globalThis, 'copied'))).toBe(id)

    await chooseMode(ui, 'Shown')
    const dialog = ui.page.getByRole('alertdialog', { name: 'Stop streaming?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    await expect(privacy(ui)).toHaveText('Streaming')
    await chooseMode(ui, 'Masked')
    await dialog.getByRole('button', { name: 'Stop streaming' }).click()
    await expect(privacy(ui)).toHaveAccessibleName('Ids and secrets: masked')
    await expect(ui.cell('ada', 'Session')).toHaveText(masked(id))
  })

  test('another window that is open follows at once', async ({ app, ui, store, context, host }) => {
    test.skip(host === 'electron', 'The desktop app has one window')
    await store.createSession(FIELDS)
    const page = await context.newPage()
    await page.goto(new URL('/', app.page.url()).href)
    const other = new Screen(page)
    await expect(other.row('ada')).toBeVisible()
    await chooseMode(ui, 'Streaming')
    await expect(privacy(other)).toHaveText('Streaming')
  })
})

test('a file has no secrets unless that is chosen', async ({ ui, store, host }) => {
  test.skip(host === 'electron', 'Electron asks for the file in a dialog of the system')
  const id = await store.createSession(FIELDS)
  await ui.open('ada')
  const saved = async (prepare: () => Promise<void>) => {
    await ui.detail.getByRole('button', { name: 'Export session' }).click()
    await prepare()
    const button = ui.button('Export 1 session')
    const [download] = await Promise.all([ui.page.waitForEvent('download'), button.click()])
    await ui.button('Close').click()
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
  }
  const box = (name: string) => ui.page.getByRole('checkbox', { name })
  const usual = await saved(async () => {
    await expect(box('Redact secrets')).toBeChecked()
    await expect(box('Redact session ids too')).not.toBeChecked()
  })
  expect(usual.name).toMatch(/\.redacted\.ndjson$/)
  for (const secret of SECRETS) expect(usual.text).not.toContain(secret)
  expect(usual.text).toContain(id)
  const ids = await saved(() => box('Redact session ids too').check())
  expect(ids.text).not.toContain(id)
  expect(ids.text).toContain('"username":"ada"')
  const all = await saved(() => box('Redact secrets').uncheck())
  expect(all.name).toMatch(/\.readable\.ndjson$/)
  expect(all.text).toContain(PASSWORD)
  await ui.detail.getByRole('button', { name: 'Export session' }).click()
  await ui.page.getByRole('radio', { name: 'Lossless' }).check()
  await expect(ui.page.getByRole('dialog')).toContainText('A lossless file cannot be redacted')
})
