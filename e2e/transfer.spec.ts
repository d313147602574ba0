import { readFile, writeFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'
import { fillSessions } from './sessions.ts'

const dialogOf = ({ page }: Screen) => page.getByRole('dialog')
const outcome = (ui: Screen, label: string) => dialogOf(ui).getByRole('listitem').filter({ hasText: label })

async function choose(ui: Screen, item: 'Export sessions…' | 'Import sessions…'): Promise<void> {
  await ui.toolbar.getByRole('button', { name: 'More' }).click()
  await ui.page.getByRole('menuitem', { name: item }).click()
}

/** What a click saves, as its name and its text. */
async function saved(
  page: Page,
  click: () => Promise<void>,
): Promise<{ readonly name: string; readonly text: string }> {
  const [download] = await Promise.all([page.waitForEvent('download'), click()])
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') }
}

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))

for (const form of ['Readable', 'Lossless'] as const) {
  test(`what the filter matches is exported, flushed and brought back: ${form}`, async ({
    ui,
    store,
    redis,
  }, testInfo) => {
    for (const username of ['ada', 'ada', 'grace']) await store.createSession({ username, theme: 'dark' })
    await ui.filter.fill('user:ada')
    await expect(ui.toolbar).toContainText('2 of 3 match')
    const keys = (await redis.client.keys('*')).sort()
    const ada: string[] = []
    for (const key of keys) if ((await redis.client.hget(key, 'username')) === 'ada') ada.push(key)
    const states = () =>
      Promise.all(
        ada.map(async (key) => [await redis.client.hgetall(key), await redis.client.pexpiretime(key)]),
      )
    const before = await states()

    await choose(ui, 'Export sessions…')
    const dialog = dialogOf(ui)
    await expect(dialog).toContainText('Whoever has it can log in as these users')
    await expect(dialog.getByRole('radio', { name: 'What matches user:ada' })).toBeChecked()
    await dialog.getByRole('radio', { name: form }).check()
    const { name, text } = await saved(ui.page, () =>
      dialog.getByRole('button', { name: 'Export 2 sessions' }).click(),
    )
    const kind = form === 'Readable' ? 'redacted' : 'lossless'
    expect(name).toMatch(new RegExp(`^session-[\\d-]+\\.${kind}\\.ndjson$`))
    await expect(dialog.getByRole('status')).toContainText('2 sessions exported')
    const [header, ...sessions] = linesOf(text)
    expect(header).toMatchObject({ form: form.toLowerCase(), prefix: 'session:', sessions: 2 })
    expect(sessions.pop()).toMatchObject({ end: true, sessions: 2 })
    expect(sessions.map(({ key }) => key).sort()).toEqual(ada)
    expect(sessions.map(({ expires_at_ms: at }) => at).sort()).toEqual(before.map(([, at]) => at).sort())
    if (form === 'Readable') expect(sessions[0].fields).toMatchObject({ username: 'ada', theme: 'dark' })
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()

    await redis.client.flushall()
    await expect(ui.rows).toHaveCount(0)
    const file = testInfo.outputPath(name)
    await writeFile(file, text)
    await choose(ui, 'Import sessions…')
    await ui.page.getByLabel('File to import').setInputFiles(file)
    await expect(outcome(ui, 'Would be created')).toContainText('2')
    expect(await redis.client.dbsize()).toBe(0)
    await dialog.getByRole('button', { name: 'Import 2 sessions' }).click()
    await expect(dialog.getByRole('status')).toContainText('Done: 2 of 2 sessions written under session:.')
    expect(await states()).toEqual(before)
    await dialog.getByRole('button', { name: 'Close', exact: true }).click()
    await expect(ui.row('ada')).toHaveCount(2)
    // And gone again, in one step.
    await ui.results.getByRole('button', { name: /^Undo/ }).click()
    await expect(ui.results).toContainText('Undone: Imported 2 sessions.')
    await expect(ui.row('ada')).toHaveCount(0)
  })
}

test('one session is exported from its header, and keeps what is in Redis unless it is to be replaced', async ({
  ui,
  store,
  redis,
}, testInfo) => {
  const id = await store.createSession({ username: 'ada', theme: 'dark' })
  await ui.open('ada')
  await ui.detail.getByRole('button', { name: 'Export session' }).click()
  const dialog = dialogOf(ui)
  await expect(dialog).toContainText(`The session of ada, ${id}`)
  const { name, text } = await saved(ui.page, () =>
    dialog.getByRole('button', { name: 'Export 1 session' }).click(),
  )
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await redis.client.hset(store.keyOf(id), 'theme', 'light')
  await writeFile(testInfo.outputPath(name), text)
  await choose(ui, 'Import sessions…')
  await ui.page.getByLabel('File to import').setInputFiles(testInfo.outputPath(name))
  await outcome(ui, 'Exist and differ, would be kept').getByText('Exist and differ').click()
  await expect(dialog).toContainText('It exists with other content.')
  await expect(dialog.getByRole('button', { name: 'Import 0 sessions' })).toBeDisabled()
  await dialog.getByRole('radio', { name: 'Replace it with what the file holds' }).check()
  await expect(outcome(ui, 'Would be replaced')).toContainText('1')
  expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('light')
  await dialog.getByRole('button', { name: 'Import 1 session' }).click()
  await expect(outcome(ui, 'Replaced')).toContainText('1')
  expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('dark')
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(ui.field('theme')).toContainText('dark')
})

test('a bad file is told line by line, and one that is none at all as a whole', async ({
  ui,
  store,
  redis,
}, testInfo) => {
  await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  const [good, bad, other] = ['good.json', 'bad.ndjson', 'other.ndjson'].map((name) =>
    testInfo.outputPath(name),
  )
  if (good === undefined || bad === undefined || other === undefined) throw new TypeError('three names')
  await writeFile(
    bad,
    '{"id":"new","fields":{"username":"eve"},"ttl":600}\nnonsense\n{"id":"x","fields":{}}\n',
  )
  await writeFile(other, '{"format":"redis-session-inspector","version":9}\n')
  await choose(ui, 'Import sessions…')
  const dialog = dialogOf(ui)
  const input = ui.page.getByLabel('File to import')
  await input.setInputFiles(other)
  await expect(dialog.getByRole('alert')).toContainText('This export has version 9 of the format')
  await input.setInputFiles(bad)
  await expect(outcome(ui, 'Cannot be read')).toContainText('2')
  await outcome(ui, 'Cannot be read').getByText('Cannot be read').click()
  await expect(dialog).toContainText('line 2')
  await expect(dialog).toContainText('It is no JSON, or was cut.')
  await expect(dialog).toContainText('It does not say when it ends')
  expect(await redis.client.dbsize()).toBe(1)
  await dialog.getByRole('button', { name: 'Import 1 session' }).click()
  await expect(outcome(ui, 'Created')).toContainText('1')
  await dialog.getByRole('checkbox', { name: 'Save the report with whole session ids' }).check()
  const { text } = await saved(ui.page, () => dialog.getByRole('button', { name: 'Save report' }).click())
  expect(JSON.parse(text)).toMatchObject({
    file: 'bad.ndjson',
    prefix: 'session:',
    counts: { created: 1, invalid: 2 },
    entries: [
      { line: 1, id: 'new', outcome: 'created' },
      { line: 2, outcome: 'invalid', reason: 'It is no JSON, or was cut.' },
      { line: 3, id: 'x', outcome: 'invalid' },
    ],
  })
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(ui.row('eve')).toBeVisible()
})

test('an export and an import can be stopped, and leave nothing by halves', async ({
  ui,
  redis,
}, testInfo) => {
  test.setTimeout(150_000)
  await fillSessions(redis.client, 30_000)
  await expect(ui.toolbar).toContainText(/^30,000 sessionsNew/, { timeout: 60_000 })
  await choose(ui, 'Export sessions…')
  const dialog = dialogOf(ui)
  await dialog.getByRole('radio', { name: 'Lossless' }).check()
  await dialog.getByRole('button', { name: 'Export 30,000 sessions' }).click()
  await expect(dialog).toContainText(/[1-9][\d,]* of 30,000 sessions · /)
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await expect(dialog).toContainText('Stopped. No file was saved.')
  const { name, text } = await saved(ui.page, () =>
    dialog.getByRole('button', { name: 'Export 30,000 sessions' }).click(),
  )
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()

  await redis.client.flushall()
  await writeFile(testInfo.outputPath(name), text)
  await choose(ui, 'Import sessions…')
  await ui.page.getByLabel('File to import').setInputFiles(testInfo.outputPath(name))
  const start = dialog.getByRole('button', { name: 'Import 30,000 sessions' })
  await expect(start).toBeEnabled({ timeout: 30_000 })
  await start.click()
  await expect(dialog).toContainText(/[1-9][\d,]* of 30,000 sessions written/)
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await expect(dialog.getByRole('status')).toContainText(/Ended early: [\d,]+ of 30,000 sessions written/)
  const written = await redis.client.dbsize()
  expect(written).toBeGreaterThan(0)
  expect(written).toBeLessThan(30_000)
  await expect(outcome(ui, 'Created')).toContainText(written.toLocaleString('en-US'))
  for (const key of (await redis.client.keys('*')).slice(0, 200)) {
    expect(Object.keys(await redis.client.hgetall(key))).toHaveLength(5)
    expect(await redis.client.pttl(key)).toBeGreaterThan(0)
  }
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await ui.page.keyboard.press('ControlOrMeta+z')
  await expect(ui.results).toContainText('Undone: Imported')
  expect(await redis.client.dbsize()).toBe(0)
})

test('into another prefix, and on a read-only connection as a dry run alone', async ({
  ui,
  store,
  redis,
}, testInfo) => {
  const id = await store.createSession({ username: 'ada' })
  await expect(ui.row('ada')).toBeVisible()
  await choose(ui, 'Export sessions…')
  const dialog = dialogOf(ui)
  const { name, text } = await saved(ui.page, () =>
    dialog.getByRole('button', { name: 'Export 1 session' }).click(),
  )
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await writeFile(testInfo.outputPath(name), text)
  await ui.setPrefix('app:')
  const menu = ui.page.getByRole('button', { name: /^Connection/ })
  await menu.click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'Read-only' }).click()
  await choose(ui, 'Import sessions…')
  await ui.page.getByLabel('File to import').setInputFiles(testInfo.outputPath(name))
  await expect(outcome(ui, 'There already, the same')).toContainText('1')
  await dialog.getByRole('radio', { name: 'app:' }).check()
  await expect(outcome(ui, 'Would be created')).toContainText('1')
  await expect(dialog.getByRole('radio', { name: 'app:' })).toBeFocused()
  await expect(dialog.getByRole('button', { name: 'Import 1 session' })).toBeDisabled()
  await ui.page.keyboard.press('Escape')
  await menu.click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'Read-only' }).click()
  await choose(ui, 'Import sessions…')
  await ui.page.getByLabel('File to import').setInputFiles(testInfo.outputPath(name))
  await dialog.getByRole('radio', { name: 'app:' }).check()
  await dialog.getByRole('button', { name: 'Import 1 session' }).click()
  await expect(dialog.getByRole('status')).toContainText('written under app:.')
  await dialog.getByRole('button', { name: 'Close', exact: true }).click()
  await expect(ui.row('ada')).toBeVisible()
  expect(await redis.client.exists(`app:${id}`)).toBe(1)
})
