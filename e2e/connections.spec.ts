import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../src/main/core/connection/redis-process.ts'
import { expect, test } from './fixtures.ts'
import { Screen } from './screen.ts'

test.use({ appArgs: [] })

const SECRET = 'correct-horse-battery'

/** The saved connections on the first screen. */
class Saved {
  readonly ui: Screen

  constructor(ui: Screen) {
    this.ui = ui
  }

  get list() {
    return this.ui.page.getByRole('list', { name: 'Connections', exact: true })
  }

  row(name: string) {
    return this.list.getByRole('listitem').filter({ has: this.ui.page.getByText(name, { exact: true }) })
  }

  entry(name: string) {
    return this.row(name).getByRole('button').first()
  }

  names() {
    return this.list
      .getByRole('listitem')
      .evaluateAll((rows) =>
        rows.map((row) => row.querySelector('[data-row] > :nth-child(2)')?.textContent ?? ''),
      )
  }

  input(name: string) {
    return this.ui.page.getByRole('textbox', { name, exact: true })
  }

  get password() {
    return this.ui.page.getByLabel('Password', { exact: true })
  }

  async choose(name: string, action: string) {
    await this.ui.button(`Actions for ${name}`).click()
    await this.ui.page.getByRole('menuitem', { name: action }).click()
  }

  /** Saves what stands in the form under a name. */
  async save(name: string) {
    await this.input('Name').fill(name)
    await this.ui.button('Save').click()
    await expect(this.row(name)).toBeVisible()
  }

  async saveNew(name: string, port: number) {
    await this.ui.button('New connection').click()
    await this.input('Port').fill(String(port))
    await this.save(name)
  }
}

const openMenu = (ui: Screen) => ui.page.getByRole('button', { name: /^Connection: / })

test('a connection is saved with its marks, and is there after a restart', async ({
  app,
  launch,
  redis,
  store,
}) => {
  await store.createSession({ username: 'ada' })
  await redis.client.hset('cart:1', 'a', 'b')
  const before = new Screen(app.page)
  const saved = new Saved(before)
  await saved.input('Port').fill(String(redis.port))
  await before.page.getByRole('radio', { name: 'teal' }).click()
  await before.page.getByLabel('Marked as').selectOption('staging')
  await before.page.getByRole('checkbox', { name: 'Read-only' }).check()
  await saved.input('Prefixes of interest').fill('cart:\nsession:')
  await saved.save('Shop cache')
  await expect(before.results).toContainText('Saved Shop cache.')
  await app.close()

  const ui = new Screen((await launch()).page)
  const again = new Saved(ui)
  await expect(again.row('Shop cache')).toContainText('staging')
  await expect(again.row('Shop cache')).toContainText(`127.0.0.1:${redis.port}`)
  await expect(again.row('Shop cache').getByRole('img', { name: 'read-only' })).toBeVisible()
  await again.entry('Shop cache').dblclick()
  await expect(ui.button('Connection: Shop cache')).toContainText('read-only')
  await expect(ui.button('Connection: Shop cache')).toContainText('staging')
  await expect(ui.page).toHaveTitle('Shop cache (staging) – Redis Session Inspector')
  // The first prefix of interest is opened, and they come first in the list.
  await expect(ui.prefix).toHaveValue('cart:')
  await ui.prefix.click()
  const options = ui.page.getByRole('listbox', { name: 'Prefixes' }).getByRole('option')
  await expect(options.nth(0)).toContainText('cart:')
  await expect(options.nth(1)).toContainText('session:')
  await expect(options.nth(1).getByRole('img', { name: 'of interest' })).toBeVisible()
})

test('connections are edited, duplicated, put in order and removed, by keys alone', async ({ ui, redis }) => {
  const saved = new Saved(ui)
  const { keyboard } = ui.page
  for (const name of ['one', 'two', 'three']) await saved.saveNew(name, redis.port)
  expect(await saved.names()).toEqual(['one', 'two', 'three'])

  // Edit.
  await saved.entry('two').click()
  await expect(ui.page.getByRole('heading', { name: 'two' })).toBeVisible()
  await expect(ui.button('Save')).toBeDisabled()
  await saved.input('Name').fill('second')
  await expect(ui.page.getByRole('status').filter({ hasText: 'Not saved yet.' })).toBeVisible()
  await ui.button('Save').click()
  await expect.poll(() => saved.names()).toEqual(['one', 'second', 'three'])

  // In order.
  await saved.entry('second').focus()
  await keyboard.press('ArrowDown')
  await expect(saved.entry('three')).toBeFocused()
  await keyboard.press('Alt+ArrowUp')
  await expect.poll(() => saved.names()).toEqual(['one', 'three', 'second'])
  await expect(saved.entry('three')).toBeFocused()
  await saved.choose('one', 'Move down')
  await expect.poll(() => saved.names()).toEqual(['three', 'one', 'second'])
  await saved.row('second').dragTo(saved.row('three'))
  await expect.poll(() => saved.names()).toEqual(['second', 'three', 'one'])

  // Duplicate.
  await saved.choose('one', 'Duplicate')
  await expect(ui.page.getByRole('heading', { name: 'one copy' })).toBeVisible()
  await expect.poll(() => saved.names()).toEqual(['second', 'three', 'one', 'one copy'])

  // Remove, and put back.
  await saved.entry('three').focus()
  await keyboard.press('Delete')
  await expect(ui.page.getByRole('alertdialog', { name: 'Remove three?' })).toBeVisible()
  await ui.button('Cancel').click()
  expect(await saved.names()).toContain('three')
  await saved.entry('three').focus()
  await keyboard.press('Delete')
  await ui.button('Remove').click()
  await expect.poll(() => saved.names()).toEqual(['second', 'one', 'one copy'])
  await ui.results.getByRole('button', { name: 'Undo' }).click()
  await expect.poll(() => saved.names()).toEqual(['second', 'three', 'one', 'one copy'])

  // Connect.
  await saved.entry('three').focus()
  await keyboard.press('Enter')
  await expect(ui.button('Connection: three')).toBeVisible()
})

test('many connections are filtered', async ({ ui, redis }) => {
  const saved = new Saved(ui)
  for (let number = 1; number <= 9; number += 1) await saved.saveNew(`cache ${number}`, redis.port)
  await ui.page.getByRole('textbox', { name: 'Filter the connections' }).fill('e 7')
  expect(await saved.names()).toEqual(['cache 7'])
  await ui.page.keyboard.press('Enter')
  await expect(ui.button('Connection: cache 7')).toBeVisible()
})

test('a password is told once, and is in no answer, no page and no file', async ({
  app,
  launch,
  host,
  redis,
  settings,
}) => {
  await redis.client.acl('SETUSER', 'ada', 'on', `>${SECRET}`, '~*', '&*', '+@all')
  const ui = new Screen(app.page)
  const saved = new Saved(ui)
  const frames: string[] = []
  const listen = (page: typeof app.page) =>
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => frames.push(String(payload))),
    )
  listen(app.page)
  await app.page.reload()
  await ui.button('From a URL').click()
  await saved.input('URL').fill(`redis://ada:${SECRET}@127.0.0.1:${redis.port}/0`)
  await expect(ui.page.getByText(host === 'web' ? /never written to disk/ : /no keychain/)).toHaveCount(0)
  await saved.save('By URL')
  await expect(saved.password).toHaveAttribute('placeholder', 'kept')
  await expect(ui.page.getByText(host === 'web' ? /never written to disk/ : /no keychain/)).toBeVisible()
  await saved.entry('By URL').dblclick()
  await expect(ui.button('Connection: By URL')).toBeVisible()
  const page = await ui.page.content()
  expect(page).not.toContain(SECRET)
  expect(await ui.page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain(SECRET)
  await app.close()
  expect(frames.join('\n')).not.toContain(SECRET)
  for (const name of await readdir(settings)) {
    const text = await readFile(join(settings, name), 'utf8').catch(() => '')
    expect(text, name).not.toContain(SECRET)
  }

  // Nothing was to be kept, so it is asked for, where it is typed.
  const next = new Screen((await launch()).page)
  const again = new Saved(next)
  await expect(again.row('By URL').getByRole('img', { name: 'asks for a secret' })).toBeVisible()
  await again.entry('By URL').dblclick()
  await expect(next.page.getByRole('alert')).toHaveText(
    'The password of this connection is not kept on disk. Enter it.',
  )
  await expect(again.password).toBeFocused()
  await again.password.fill(SECRET)
  await again.password.press('Enter')
  await expect(next.button('Connection: By URL')).toBeVisible()
  // In this run it is known now.
  await openMenu(next).click()
  await next.page.getByRole('menuitem', { name: 'Disconnect' }).click()
  await again.entry('By URL').dblclick()
  await expect(next.button('Connection: By URL')).toBeVisible()
})

test('a secret in the keychain is not asked for again', async ({ app, launch, redis, settings }) => {
  test.skip(app.electronApp === null, 'The web host keeps no secrets.')
  await redis.client.acl('SETUSER', 'ada', 'on', `>${SECRET}`, '~*', '&*', '+@all')
  const ui = new Screen(app.page)
  const saved = new Saved(ui)
  // Where there is none it has to be asked for, and is said to be readable.
  await saved.password.fill(SECRET)
  const plain = ui.page.getByRole('checkbox', { name: 'Keep secrets on this disk, readable' })
  await expect(plain).not.toBeChecked()
  await expect(ui.page.getByText('This system offers no keychain')).toBeVisible()

  await app.electronApp?.evaluate(({ safeStorage }) => {
    safeStorage.getSelectedStorageBackend = () => 'gnome_libsecret'
  })
  await app.page.reload()
  await saved.input('Port').fill(String(redis.port))
  await saved.input('User').fill('ada')
  await saved.password.fill(SECRET)
  await expect(ui.page.getByRole('checkbox', { name: 'Keep secrets in the system’s keychain' })).toBeChecked()
  await saved.save('ada')
  await app.close()
  const text = await readFile(join(settings, 'settings.json'), 'utf8')
  expect(JSON.parse(text).connections[0].secrets.password).toMatch(/^[\w+/]+=*$/)
  expect(text).not.toContain(SECRET)

  const next = new Screen((await launch()).page)
  const again = new Saved(next)
  await expect(again.row('ada').getByRole('img', { name: 'asks for a secret' })).toHaveCount(0)
  await again.entry('ada').dblclick()
  await expect(next.button('Connection: ada')).toBeVisible()
})

test('a secret is left as it is, and forgotten when one says so', async ({ ui, redis }) => {
  await redis.client.acl('SETUSER', 'ada', 'on', `>${SECRET}`, '~*', '&*', '+@all')
  const saved = new Saved(ui)
  await saved.input('Port').fill(String(redis.port))
  await saved.input('User').fill('ada')
  await saved.password.fill(SECRET)
  await saved.save('ada')
  await saved.input('Name').fill('ada again')
  await ui.button('Save').click()
  await saved.entry('ada again').dblclick()
  await expect(ui.button('Connection: ada again')).toBeVisible()
  await openMenu(ui).click()
  await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()
  await ui.button('Forget the password').click()
  await ui.button('Save').click()
  await ui.button('Connect').click()
  await expect(ui.page.getByRole('alert')).toContainText('refused the user or the password')
  await expect(saved.password).toBeFocused()
})

test('what is typed while a save is under way stays, to be saved in its turn', async ({ ui }) => {
  const saved = new Saved(ui)
  const name = saved.input('Name')
  await name.fill('ada')
  // Both in one turn of the page, which no answer can come between.
  await ui.page.evaluate(() => {
    const button = [...document.querySelectorAll('button')].find((each) => each.textContent === 'Save')
    const input = document.querySelector<HTMLInputElement>('input[name="name"]')
    if (button === undefined || input === null) throw new Error('No form.')
    button.click()
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, 'ada again')
    input.dispatchEvent(new Event('input', { bubbles: true }))
  })
  await expect(ui.results).toContainText('Saved ada.')
  await expect(name).toHaveValue('ada again')
  await expect(ui.page.getByText('Not saved yet.')).toBeVisible()
  await ui.button('Save').click()
  await expect(saved.row('ada again')).toBeVisible()
  await expect(saved.row('ada')).toHaveCount(0)
})

test('a test shows its steps one under the other', async ({ ui, redis }) => {
  const saved = new Saved(ui)
  await redis.client.config('SET', 'requirepass', SECRET)
  await saved.input('Port').fill(String(redis.port))
  await saved.password.fill('guess')
  await ui.button('Test').click()
  const test = ui.page.getByRole('region', { name: 'Test of the connection' })
  await expect(test.getByRole('heading')).toHaveText('This connection does not work yet.')
  await expect(test.getByRole('listitem').filter({ hasText: 'Sign in' })).toContainText(/failed: .*refused/)
  await expect(test.getByRole('listitem').filter({ hasText: 'Server' })).toContainText('skipped')
  await saved.password.fill(SECRET)
  await ui.button('Test').click()
  await expect(test.getByRole('heading')).toHaveText('This connection works.')
  await expect(test.getByRole('listitem').filter({ hasText: 'Server' })).toContainText(/Redis|Valkey/)
  await expect(ui.page.getByRole('heading', { name: 'Connect to a Redis' })).toBeVisible()
})

test('what is wrong stands at its input, and its section opens', async ({ ui }) => {
  const saved = new Saved(ui)
  await ui.page.getByRole('checkbox', { name: 'SSH tunnel' }).check()
  await ui.page.getByRole('button', { name: 'Options', expanded: true }).click()
  await ui.button('Connect').click()
  await expect(ui.page.getByRole('alert')).toHaveText('Type the name or address of the SSH server.')
  await expect(saved.input('SSH server')).toBeFocused()
  await ui.page.getByRole('tab', { name: 'Sentinel' }).click()
  await saved.input('Sentinels').fill('one:26379, two:port')
  await ui.button('Connect').click()
  await expect(ui.page.getByRole('alert')).toHaveText('two:port is no address. Write host:port, one a line.')
  await ui.page.getByRole('tab', { name: 'Unix socket' }).click()
  await ui.button('Connect').click()
  await expect(saved.input('Path of the socket')).toBeFocused()
})

test('an open connection is saved from its menu, and its marks with it', async ({ ui, redis }) => {
  await ui.connect(redis.port)
  await openMenu(ui).click()
  await ui.page.getByRole('menuitem', { name: 'Save this connection…' }).click()
  const dialog = ui.page.getByRole('dialog', { name: 'Save this connection' })
  await dialog.getByRole('textbox', { name: 'Name' }).fill('kept')
  await dialog.getByRole('button', { name: 'Save', exact: true }).click()
  await expect(ui.button('Connection: kept')).toBeVisible()

  // A mark that changes is offered to be saved too.
  await openMenu(ui).click()
  await ui.page.getByRole('menuitemradio', { name: 'Production' }).click()
  await ui.results.getByRole('button', { name: 'Save in kept' }).click()
  await openMenu(ui).click()
  await expect(ui.page.getByRole('menuitem', { name: 'Save this connection…' })).toHaveCount(0)
  await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()
  const saved = new Saved(ui)
  await expect(saved.row('kept')).toContainText('production')
  await saved.saveNew('other', redis.port)
  await ui.button('Connect').click()
  await expect(ui.button('Connection: other')).toBeVisible()

  // And the palette goes from one to the next.
  await ui.page.keyboard.press('ControlOrMeta+k')
  await ui.page.getByPlaceholder('What do you want to do?').fill('connect to kept')
  await ui.page.keyboard.press('Enter')
  await expect(ui.button('Connection: kept')).toContainText('production')
})

test('a connection that fails shows why, in its form', async ({ ui }) => {
  const saved = new Saved(ui)
  const port = await freePort()
  await saved.saveNew('nobody there', port)
  await ui.button('New connection').click()
  await saved.entry('nobody there').dblclick()
  await expect(ui.page.getByRole('alert')).toContainText(`Nothing listens at 127.0.0.1:${port}.`)
  await expect(ui.page.getByRole('heading', { name: 'nobody there' })).toBeVisible()
})

test.describe('with settings that are broken', () => {
  const test_ = test.extend({
    settings: async ({ settings }, use) => {
      await writeFile(join(settings, 'settings.json'), '{"version": 1, "connections": [')
      await use(settings)
    },
  })

  test_('the file is put aside and named, and all else works', async ({ ui, settings, redis }) => {
    const banner = ui.page.getByRole('region', { name: 'Settings' })
    await expect(banner).toContainText('The saved connections could not be read.')
    const aside = (await readdir(settings)).find((name) => /^settings\.broken-.*\.json$/.test(name))
    expect(aside).toBeDefined()
    await expect(banner).toContainText(join(settings, aside ?? ''))
    expect(await readFile(join(settings, aside ?? ''), 'utf8')).toBe('{"version": 1, "connections": [')
    await banner.getByRole('button', { name: 'Dismiss' }).click()
    await expect(banner).toHaveCount(0)
    const saved = new Saved(ui)
    await saved.saveNew('anew', redis.port)
    await ui.button('Connect').click()
    await expect(ui.button('Connection: anew')).toBeVisible()
  })
})

test.describe('with settings of a newer inspector', () => {
  const text = '{"version": 7, "all": "new"}'
  const test_ = test.extend({
    settings: async ({ settings }, use) => {
      await writeFile(join(settings, 'settings.json'), text)
      await use(settings)
    },
  })

  test_('the file stays as it is, and what is saved lasts for this run', async ({ ui, settings, redis }) => {
    await expect(ui.page.getByRole('region', { name: 'Settings' })).toContainText('version 7')
    await new Saved(ui).saveNew('for now', redis.port)
    expect(await readFile(join(settings, 'settings.json'), 'utf8')).toBe(text)
  })
})
