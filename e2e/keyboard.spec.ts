import type { Page } from '@playwright/test'
import { expect, test } from './fixtures.ts'

/** The focus is somewhere in the page, so that the next key has somewhere to go. */
async function expectFocus(page: Page): Promise<void> {
  await expect.poll(() => page.evaluate(() => document.activeElement?.tagName ?? 'BODY')).not.toBe('BODY')
}

test.describe('without a Redis given', () => {
  test.use({ appArgs: [] })

  test('a whole round goes without the mouse', async ({ ui, store, redis }) => {
    const { page } = ui
    const { keyboard } = page
    const id = await store.createSession({ username: 'katherine', theme: 'dark' }, 600)
    await store.createSession({ username: 'barbara' }, 600)

    // Connect.
    await expect(ui.button('Connect')).toBeVisible()
    for (let tab = 0; tab < 10; tab++) {
      if (
        await page.getByRole('textbox', { name: 'Port' }).evaluate((port) => port === document.activeElement)
      )
        break
      await keyboard.press('Tab')
    }
    await expect(page.getByRole('textbox', { name: 'Port' })).toBeFocused()
    await keyboard.press('Control+A')
    await keyboard.type(String(redis.port))
    await keyboard.press('Enter')
    await expect(ui.rows).toHaveCount(2)
    await expect(ui.grid).toBeFocused()

    // Filter, select, open.
    await keyboard.press('/')
    await keyboard.type('kather')
    await expect(ui.rows).toHaveCount(1)
    await keyboard.press('ArrowDown')
    await expect(ui.grid).toBeFocused()
    await keyboard.press('ArrowDown')
    await expect(ui.row('katherine')).toHaveAttribute('aria-selected', 'true')
    await keyboard.press('Enter')
    await expect(ui.detail).toBeFocused()

    // Edit a field and save it.
    const edit = ui.button('Edit theme')
    await expect(edit).toBeVisible()
    for (let tab = 0; tab < 30; tab++) {
      await keyboard.press('Tab')
      if (await edit.evaluate((button) => button === document.activeElement)) break
    }
    await expect(edit).toBeFocused()
    await keyboard.press('Enter')
    await expect(page.getByRole('textbox', { name: 'Value of theme' })).toBeFocused()
    await keyboard.type('light')
    await keyboard.press('Enter')
    await expect(ui.results).toContainText('Saved theme.')
    await expectFocus(page)
    expect(await redis.client.hget(store.keyOf(id), 'theme')).toBe('light')

    // Touch it, and delete it: the first Enter is on Cancel.
    await keyboard.press('l')
    await expect(ui.grid).toBeFocused()
    await keyboard.press('t')
    await expect(ui.results).toContainText('Touched the session')
    await keyboard.press('Delete')
    const confirm = page.getByRole('alertdialog')
    await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await keyboard.press('Escape')
    await expect(confirm).toHaveCount(0)
    await expect(ui.grid).toBeFocused()
    await keyboard.press('Delete')
    await expect(confirm.getByRole('button', { name: 'Cancel' })).toBeFocused()
    await keyboard.press('Tab')
    await keyboard.press('Enter')
    await expect(confirm).toHaveCount(0)
    await expect(ui.page.getByRole('heading', { name: 'No session matches the filter' })).toBeVisible()
    expect(await redis.client.exists(store.keyOf(id))).toBe(0)
    await keyboard.press('/')
    await keyboard.press('Escape')
    await expect(ui.rows).toHaveCount(1)

    // Create one.
    await keyboard.press('Escape')
    await expect(ui.grid).toBeFocused()
    await keyboard.press('n')
    await expect(page.getByRole('textbox', { name: 'Field 1 value' })).toBeFocused()
    await keyboard.type('grace')
    await keyboard.press('Enter')
    await expect(ui.row('grace')).toHaveAttribute('aria-selected', 'true')
    await expectFocus(page)

    // The palette runs a command by its name.
    await keyboard.press('Control+k')
    await expect(page.getByRole('combobox', { name: 'Commands' })).toBeFocused()
    await keyboard.type('sort by user')
    await keyboard.press('Enter')
    await expect(ui.header('User')).toHaveAttribute('aria-sort', 'ascending')
    await expectFocus(page)
    await keyboard.press('Control+k')
    await keyboard.type('disconnect')
    await keyboard.press('Enter')
    await expect(page.getByRole('heading', { name: 'Connect to a Redis' })).toBeVisible()
  })
})

test('the list moves by rows, by screenfuls and to its ends', async ({ ui, store }) => {
  await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      store.createSession({ username: `user-${String(at).padStart(3, '0')}` }),
    ),
  )
  await ui.header('User').getByRole('button').click()
  await expect(ui.row('user-000')).toBeVisible()
  await ui.grid.focus()
  const heading = ui.detail.getByRole('heading', { name: /^user-/ })
  for (const [key, user] of [
    ['End', 'user-099'],
    ['ArrowUp', 'user-098'],
    ['Home', 'user-000'],
    ['ArrowDown', 'user-001'],
  ] as const) {
    await ui.page.keyboard.press(key)
    await expect(heading).toHaveText(user)
    await expect(ui.row(user)).toBeInViewport()
    await expect(ui.grid).toHaveAttribute(
      'aria-activedescendant',
      (await ui.row(user).getAttribute('id')) ?? '',
    )
  }
  await ui.page.keyboard.press('PageDown')
  await expect(heading).toHaveText(/^user-0[1-4]\d$/)
  // Held down, each press counts.
  await ui.page.keyboard.press('Home')
  await expect(heading).toHaveText('user-000')
  for (let press = 0; press < 30; press++) await ui.page.keyboard.press('ArrowDown')
  await expect(heading).toHaveText('user-030')
})

for (const [name, key] of [
  ['new session', 'n'],
  ['shortcuts', '?'],
  ['palette', 'Control+k'],
  ['deletion', 'Delete'],
] as const) {
  test(`the dialog keeps the focus while it is open, then gives it back: ${name}`, async ({ ui, store }) => {
    await store.createSession({ username: 'ada' })
    const { page } = ui
    await ui.open('ada')
    await ui.grid.focus()
    await page.keyboard.press(key)
    const dialog = page.getByRole(name === 'deletion' ? 'alertdialog' : 'dialog')
    await expect(dialog).toBeVisible()
    for (let tab = 0; tab < 12; tab++) await page.keyboard.press('Tab')
    expect(await dialog.evaluate((element) => element.contains(document.activeElement))).toBe(true)
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
    await expect(ui.grid).toBeFocused()
  })
}

test('every key is in the help, and none acts while one types', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  await ui.page.keyboard.press('?')
  const help = ui.page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  for (const words of [
    'New session',
    'Filter the list',
    'Delete the session',
    'All commands',
    'Open the selected',
  ])
    await expect(help).toContainText(words)
  await ui.page.keyboard.press('Escape')
  await ui.filter.focus()
  await ui.page.keyboard.type('n?tdra')
  await expect(ui.filter).toHaveValue('n?tdra')
  await expect(ui.page.getByRole('dialog')).toHaveCount(0)
  await ui.page.keyboard.press('Delete')
  await expect(ui.page.getByRole('alertdialog')).toHaveCount(0)
})

test('the focus can be seen wherever Tab brings it', async ({ ui, store }) => {
  await store.createSession({ username: 'ada' })
  await ui.open('ada')
  const hidden: string[] = []
  const names = new Set<string>()
  for (let tab = 0; tab < 45; tab++) {
    await ui.page.keyboard.press('Tab')
    const { name, visible } = await ui.page.evaluate(() => {
      const element = document.activeElement
      const marks = (target: Element | null | undefined) => {
        if (!target) return false
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(target)
        return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0) || boxShadow !== 'none'
      }
      const boxes = (target: Element | null) => [target?.parentElement, target?.closest('[data-part]')]
      return {
        name: `${element?.tagName} ${element?.getAttribute('aria-label') ?? element?.textContent?.slice(0, 40)}`,
        // Boxes around an input show its focus.
        visible: element === document.body || marks(element) || boxes(element).some((box) => marks(box)),
      }
    })
    names.add(name)
    if (!visible) hidden.push(name)
  }
  expect(hidden).toEqual([])
  expect(names.size).toBeGreaterThan(15)
})
