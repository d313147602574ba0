import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'
import { fillSessions } from './sessions.ts'

/** What axe finds serious or critical, each with the first place where it is. */
async function violations(page: Page): Promise<readonly string[]> {
  // A fade that is under way has the contrast of no theme.
  await expect
    .poll(() =>
      page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === 'running').length),
    )
    .toBe(0)
  // In one page: the desktop app opens no further one.
  const results = await new AxeBuilder({ page }).setLegacyMode().analyze()
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html.slice(0, 200)} ${nodes[0]?.failureSummary}`,
    )
}

/** From 0 (black) to 1. */
const lightness = (page: Page): Promise<number> =>
  page.evaluate(() => {
    const context = document.createElement('canvas').getContext('2d')
    if (context === null) throw new Error('no canvas')
    context.fillStyle = getComputedStyle(document.body).backgroundColor
    context.fillRect(0, 0, 1, 1)
    const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data
    return (red + green + blue) / 3 / 255
  })

const isDark = (page: Page) => expect.poll(() => lightness(page)).toBeLessThan(0.3)
const isLight = (page: Page) => expect.poll(() => lightness(page)).toBeGreaterThan(0.8)

test('light and dark follow the system', async ({ ui }) => {
  await ui.page.emulateMedia({ colorScheme: 'dark' })
  await isDark(ui.page)
  await ui.page.emulateMedia({ colorScheme: 'light' })
  await isLight(ui.page)
})

test('light and dark can be chosen by hand, and stay chosen', async ({ ui }) => {
  await ui.page.emulateMedia({ colorScheme: 'light' })
  await ui.button('Theme').click()
  await ui.page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await isDark(ui.page)
  await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
  await ui.page.reload()
  await isDark(ui.page)
  await ui.button('Theme').click()
  await ui.page.getByRole('menuitemradio', { name: 'As the system' }).click()
  await isLight(ui.page)
})

for (const [width, height] of [
  [900, 600],
  [1280, 800],
  [2560, 1440],
] as const) {
  test(`everything is within reach at ${width} × ${height}`, async ({ ui, store, redis }) => {
    await ui.page.setViewportSize({ width, height })
    await fillSessions(redis.client, 200)
    const long = `a-long-name-${'x'.repeat(300)}`
    await store.createSession({ username: long, 'a-long-field': 'y'.repeat(3000) })
    await expect(ui.toolbar).toContainText('201 sessions')
    await ui.header('User').getByRole('button').click()
    await ui.open('a-long-name')
    const overflow = () =>
      ui.page.evaluate(() => {
        const { scrollWidth, scrollHeight } = document.documentElement
        return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight]
      })
    expect(await overflow()).toEqual([0, 0])
    for (const name of [
      `Connection: 127.0.0.1:${redis.port}`,
      'Updates: polling',
      'All commands',
      'Theme',
      'Scan again',
      'Columns',
      'New session',
      'Touch',
      'Change TTL',
      'Rotate',
      'Delete session',
      'Close detail',
      'Demo server',
    ]) {
      await expect(ui.button(name), name).toBeInViewport({ ratio: 1 })
    }
    await expect(ui.prefix).toBeInViewport({ ratio: 1 })
    await expect(ui.filter).toBeInViewport({ ratio: 1 })
    await expect(ui.cell('a-long-name', 'TTL')).toBeInViewport({ ratio: 1 })
    await expect(ui.detail.getByRole('timer')).toBeInViewport({ ratio: 1 })
    // Cut text can be read by pointing at it.
    await expect(ui.cell('a-long-name', 'User').getByTitle(/^a-long-name-x{100}/)).toBeVisible()
    await expect(ui.detail.getByRole('heading', { level: 2 })).toHaveAttribute('title', long)

    await ui.button('New session').click()
    await expect(ui.button('Create session')).toBeInViewport({ ratio: 1 })
    await ui.page.keyboard.press('Escape')
    await ui.button('Set up the demo server').click()
    await ui.page.getByRole('textbox', { name: 'Demo port' }).fill('0')
    await expect(ui.button('Start demo server')).toBeInViewport({ ratio: 1 })
    await ui.button('Start demo server').click()
    await expect(ui.button('Stop demo server')).toBeInViewport({ ratio: 1 })
    await expect(ui.rows.first()).toBeInViewport()
    expect(await overflow()).toEqual([0, 0])
  })
}

const STATES: Readonly<Record<string, (ui: Screen) => Promise<void>>> = {
  'the list': async () => {},
  'an open session': (ui) => ui.open('ada'),
  'a field being edited': async (ui) => {
    await ui.open('ada')
    await ui.button('Edit cart').click()
    await expect(ui.page.getByRole('textbox', { name: 'Value of cart' })).toBeVisible()
  },
  'the TTL being changed': async (ui) => {
    await ui.open('ada')
    await ui.button('Change TTL').click()
    await ui.page.getByRole('textbox', { name: 'TTL in seconds' }).fill('0')
    await ui.button('Set TTL').click()
    await expect(ui.page.getByRole('alert')).toBeVisible()
  },
  'a TTL about to be removed': async (ui) => {
    await ui.open('ada')
    await ui.button('Change TTL').click()
    await ui.button('Remove TTL…').click()
    await expect(ui.button('Keep it')).toBeVisible()
  },
  'a field being renamed': async (ui) => {
    await ui.open('zed')
    await ui.button('More for username').click()
    await ui.page.getByRole('menuitem', { name: 'Rename…' }).click()
    await ui.page.getByRole('textbox', { name: 'New name' }).fill('')
    await ui.button('Rename').click()
    await expect(ui.page.getByRole('alert')).toBeVisible()
  },
  'a key that is no hash': async (ui) => {
    await ui.row('queue').click()
    await expect(ui.detail.getByRole('tab', { name: 'Value' })).toBeVisible()
  },
  'a new session': async (ui) => {
    await ui.button('New session').click()
    await expect(ui.page.getByRole('dialog')).toBeVisible()
  },
  'a deletion': async (ui) => {
    await ui.open('ada')
    await ui.button('Delete session').click()
    await expect(ui.page.getByRole('alertdialog')).toBeVisible()
  },
  'the palette': async (ui) => {
    await ui.page.keyboard.press('Control+k')
    await expect(ui.page.getByRole('combobox', { name: 'Commands' })).toBeVisible()
  },
  'the shortcuts': async (ui) => {
    await ui.page.keyboard.press('?')
    await expect(ui.page.getByRole('dialog')).toBeVisible()
  },
  'no match': async (ui) => {
    await ui.filter.fill('nobody')
    await expect(ui.page.getByRole('heading', { name: 'No session matches the filter' })).toBeVisible()
  },
  'the timelines': async (ui) => {
    await ui.open('ada')
    await ui.page.keyboard.press('t')
    await ui.detail.getByRole('tab', { name: 'Timeline' }).click()
    // Not the creation before it, which is there only where the list was open by then, and has no values.
    await ui.detail.getByRole('row', { name: 'values are kept from here on' }).click()
    await ui.page.keyboard.press('h')
    await expect(ui.page.getByRole('grid', { name: 'Events' })).toBeVisible()
  },
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing serious with sessions, ${colorScheme}`, async ({ ui, store, redis }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const id = await store.createSession({ username: 'ada', cart: '{"items":[1,2]}', note: '' }, 600)
    await store.createSession({ username: 'grace', page_views: 3 })
    await redis.client.pexpire(store.keyOf(id), 50_000)
    await redis.client.hset('session:fragment', 'username', 'zed')
    await redis.client.rpush('session:queue', 'job')
    await expect(ui.rows).toHaveCount(4)
    for (const [name, reach] of Object.entries(STATES)) {
      await test.step(name, async () => {
        await reach(ui)
        expect(await violations(ui.page), name).toEqual([])
        for (let close = 0; close < 3; close++) await ui.page.keyboard.press('Escape')
        await ui.filter.fill('')
        await expect(ui.rows).toHaveCount(4)
        await ui.filter.press('Escape')
      })
    }
  })

  test(`axe finds nothing serious on an empty, a running and a lost screen, ${colorScheme}`, async ({
    ui,
    store,
    redis,
    openPage,
  }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
    expect(await violations(ui.page), 'empty').toEqual([])
    await store.createSession({ username: 'ada' })
    await ui.button('Set up the demo server').click()
    expect(await violations(ui.page), 'the demo server’s form').toEqual([])
    await ui.page.getByRole('textbox', { name: 'Demo port' }).fill('0')
    await ui.button('Start demo server').click()
    const demo = await openPage((await ui.demo.getByRole('link').getAttribute('href')) ?? '')
    await demo.getByRole('button', { name: 'Start session' }).click()
    await expect(ui.page.getByRole('list', { name: 'Demo requests' })).toContainText('POST /login')
    await ui
      .button(/^Redis commands of request/)
      .last()
      .click()
    expect(await violations(ui.page), 'the demo server’s requests').toEqual([])
    await ui.open('ada')
    await redis.kill()
    await expect(ui.page.getByRole('region', { name: 'Lost connection' })).toBeVisible()
    expect(await violations(ui.page), 'lost').toEqual([])
  })

  test(`axe finds nothing serious with several tabs and in a comparison, ${colorScheme}`, async ({
    ui,
    store,
    redis,
  }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    const { page } = ui
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const id = await store.createSession({ username: 'ada', theme: 'dark', cart: '{"items":[1,2]}' })
    await redis.client.hset(`staging:${id}`, { username: 'ada', theme: 'light', cart: '{"items":[1,3]}' })
    await expect(ui.row('ada')).toBeVisible()
    await ui.button('Open another connection').click()
    await page.getByLabel('Marked as').selectOption('production')
    await ui.button('Connect').click()
    await ui.open('ada')
    await ui.button('Open another connection').click()
    await expect(page.getByRole('tablist', { name: 'Connections' }).getByRole('tab')).toHaveCount(3)
    await page.keyboard.press('Alt+2')
    await expect(page.getByRole('tab', { name: /production/ })).toHaveAttribute('aria-selected', 'true')
    expect(await violations(page), 'tabs').toEqual([])
    await page.keyboard.press('Shift+C')
    await page.getByRole('textbox', { name: 'Prefix there' }).fill('staging:')
    await page.getByRole('checkbox', { name: 'Differences only' }).uncheck()
    await expect(page.getByRole('region', { name: 'Comparison' })).toContainText('no session')
    expect(await violations(page), 'comparison').toEqual([])
  })

  test(`axe finds nothing serious in an export and in a dry run, ${colorScheme}`, async ({ ui, store }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await store.createSession({ username: 'ada' })
    await expect(ui.row('ada')).toBeVisible()
    await ui.filter.fill('ada')
    await ui.button('More').click()
    await ui.page.getByRole('menuitem', { name: 'Export sessions…' }).click()
    await expect(ui.page.getByRole('dialog')).toBeVisible()
    expect(await violations(ui.page), 'export').toEqual([])
    await ui.page.keyboard.press('Escape')
    await ui.button('More').click()
    await ui.page.getByRole('menuitem', { name: 'Import sessions…' }).click()
    expect(await violations(ui.page), 'import').toEqual([])
    const text = '{"id":"new","fields":{"username":"eve"},"ttl":600}\nnonsense\n'
    await ui.page
      .getByLabel('File to import')
      .setInputFiles({ name: 'a.ndjson', mimeType: 'application/json', buffer: Buffer.from(text) })
    await ui.page.getByRole('dialog').getByText('Cannot be read').click()
    await expect(ui.page.getByRole('dialog')).toContainText('line 2')
    expect(await violations(ui.page), 'dry run').toEqual([])
  })

  test(`axe finds nothing serious in a report on risks, ${colorScheme}`, async ({ ui, store, redis }) => {
    // Each look of it takes seconds on a slow machine.
    test.slow()
    await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    const id = await store.createSession({ username: 'ada', password: 'hunter22' })
    await redis.client.persist(store.keyOf(id))
    for (let n = 0; n < 21; n += 1) await store.createSession({ username: 'bot' })
    await expect(ui.row('ada')).toBeVisible()
    await ui.page.keyboard.press('Shift+R')
    await ui.button('Read values').click()
    const findings = ui.page.getByRole('list', { name: 'Findings' })
    await expect(findings.getByRole('button', { name: /Passwords/ })).toBeVisible()
    expect(await violations(ui.page), 'overview').toEqual([])
    for (const name of [/Passwords/, /Users with very many/]) {
      await findings.getByRole('button', { name }).click()
      await expect(
        ui.page
          .getByRole('grid', { name: /^Sessions: / })
          .getByRole('row')
          .first(),
      ).toBeVisible()
      expect(await violations(ui.page), String(name)).toEqual([])
    }
  })

  test.describe('without a Redis given', () => {
    test.use({ appArgs: [] })

    test(`axe finds nothing serious on the way in, ${colorScheme}`, async ({ ui }) => {
      // Each look of it takes seconds on a slow machine.
      test.slow()
      await ui.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await expect(ui.button('Connect')).toBeVisible()
      expect(await violations(ui.page), 'connect').toEqual([])
      await ui.page.getByRole('textbox', { name: 'Port' }).fill('abc')
      await ui.button('Connect').click()
      await expect(ui.page.getByRole('alert')).toBeVisible()
      expect(await violations(ui.page), 'refused').toEqual([])
    })

    test(`axe finds nothing serious among saved connections, ${colorScheme}`, async ({ ui, redis }) => {
      // Each look of it takes seconds on a slow machine.
      test.slow()
      const { page } = ui
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      for (const [name, colour, mark] of [
        ['one', 'amber', 'production'],
        ['two', 'grey', 'staging'],
      ] as const) {
        await ui.button('New connection').click()
        await page.getByRole('textbox', { name: 'Port' }).fill(String(redis.port))
        await page.getByLabel('Password').fill('guess')
        await page.getByRole('textbox', { name: 'Name' }).fill(name)
        await page.getByRole('radio', { name: colour }).click()
        await page.getByLabel('Marked as').selectOption(mark)
        await page.getByRole('checkbox', { name: 'Read-only' }).check()
        await ui.button('Save').click()
        await expect(page.getByRole('heading', { name })).toBeVisible()
      }
      await page.getByRole('checkbox', { name: 'TLS' }).check()
      await page.getByRole('button', { name: 'Options' }).click()
      await page.getByRole('checkbox', { name: 'Accept an untrusted certificate' }).check()
      await page.getByRole('checkbox', { name: 'SSH tunnel' }).check()
      await page.getByLabel('Sign in with').selectOption('key')
      expect(await violations(page), 'every section').toEqual([])
      await ui.button('Revert').click()
      await ui.button('Test').click()
      await expect(page.getByRole('heading', { name: /^This connection/ })).toBeVisible()
      expect(await violations(page), 'tested').toEqual([])
      // The form scrolls, and not what is around it.
      expect(await page.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0)
      await expect(page.getByRole('heading', { name: 'Redis Session Inspector' })).toBeInViewport({
        ratio: 1,
      })
      await ui.button('Actions for one').click()
      await page.getByRole('menuitem', { name: 'Remove…' }).click()
      await expect(page.getByRole('alertdialog')).toBeVisible()
      expect(await violations(page), 'removing').toEqual([])
    })
  })
}

test('nothing moves for whoever asked for less motion', async ({ ui, store }) => {
  await ui.page.emulateMedia({ reducedMotion: 'reduce' })
  const id = await store.createSession({ username: 'ada', page_views: 1 })
  await ui.open('ada')
  const longest = await ui.page.evaluate(() => {
    const seconds = (list: string) => Math.max(...list.split(',').map((time) => Number.parseFloat(time)))
    return Math.max(
      ...[...document.querySelectorAll('*')].flatMap((element) => {
        const { animationName, animationDuration, transitionDuration } = getComputedStyle(element)
        return [animationName === 'none' ? 0 : seconds(animationDuration), seconds(transitionDuration)]
      }),
    )
  })
  expect(longest).toBeLessThan(0.02)
  await store.incrementField(id, 'page_views')
  await expect(ui.cell('ada', 'page_views')).toHaveText('2')
  expect(
    await ui.page.evaluate(() => document.getAnimations().filter((a) => a.playState === 'running').length),
  ).toBe(0)
})
