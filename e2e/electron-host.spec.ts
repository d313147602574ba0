import { connect } from 'node:net'
import type { ElectronApplication } from '@playwright/test'
import type { PreloadBridge } from '../src/shared/transport.ts'
import { test as base, expect } from './fixtures.ts'

/** The app, for what only the desktop has. */
const test = base.extend<{ electronApp: ElectronApplication }>({
  electronApp: async ({ app }, use) => {
    if (app.electronApp === null) throw new Error('The desktop app is not running.')
    await use(app.electronApp)
  },
})

declare const window: Window & { readonly inspector: PreloadBridge }

// Without a Redis to connect to by itself: the page's own calls must not come between those of the tests.
test.use({ appArgs: [] })

test('the window runs isolated, in the sandbox, and without Node', async ({ electronApp, inspector }) => {
  const preferences = await electronApp.evaluate((electron) => {
    // The stand-in keeps what each window was opened with; Electron has it too, undocumented.
    const { standIn, BrowserWindow } = electron as typeof electron & { standIn?: { windows: object[] } }
    const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
      getLastWebPreferences(): object
    }
    return standIn?.windows[0] ?? contents.getLastWebPreferences()
  })
  expect(preferences).toMatchObject({
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webSecurity: true,
  })
  const exposed = await inspector.evaluate(() => ({
    bridge: Object.keys(window.inspector).toSorted(),
    node: ['require', 'process', 'module', 'Buffer', 'electron', 'ipcRenderer'].filter(
      (name) => name in window,
    ),
  }))
  expect(exposed).toEqual({ bridge: ['invoke', 'on'], node: [] })
})

test('the page stays where it is, and only web links leave for the browser', async ({
  electronApp,
  inspector,
}) => {
  await electronApp.evaluate(({ shell }) => {
    const opened: string[] = []
    Object.assign(globalThis, { opened })
    shell.openExternal = async (url) => {
      opened.push(url)
    }
  })
  const before = inspector.url()
  const results = await inspector.evaluate(() =>
    ['file:///etc/passwd', 'smb://host/share', 'javascript:alert(1)', 'https://example.com/'].map((url) =>
      window.open(url),
    ),
  )
  expect(results).toEqual([null, null, null, null])
  await expect
    .poll(() => electronApp.evaluate(() => (globalThis as unknown as { opened: string[] }).opened))
    .toEqual(['https://example.com/'])
  await inspector.evaluate(() => {
    window.location.href = 'https://example.com/'
  })
  await expect(inspector.locator('#root')).not.toBeEmpty()
  expect(inspector.url()).toBe(before)
  expect(electronApp.windows()).toHaveLength(1)
})

test('calls cross as they are, malformed ones are answered', async ({ inspector, redis }) => {
  const invoke = (name: string, arg: unknown) =>
    inspector.evaluate(([name, arg]) => window.inspector.invoke(name as string, arg), [name, arg])
  expect(await invoke('app.info', {})).toMatchObject({ ok: true, value: { host: 'electron' } })
  expect(await invoke('app.quit', {})).toMatchObject({ ok: false, code: 'unknown_call' })
  for (const arg of [null, undefined, 7, 'text', [], { surplus: 1 }]) {
    expect(await invoke('app.info', arg)).toMatchObject({ ok: false, code: 'invalid_argument' })
  }
  expect(await invoke('connection.connect', { url: redis.url })).toMatchObject({ ok: true })
  const id = await inspector.evaluate(async () => {
    // The stand-in carries messages of less than 4 MiB.
    const fields = { large: 'x'.repeat(3 * 1024 * 1024) }
    const reply = await window.inspector.invoke('session.create', { prefix: 'session:', fields, ttl: 60 })
    return reply.ok ? (reply.value as { id: string }).id : reply.message
  })
  expect(await redis.client.hstrlen(`session:${id}`, 'large')).toBe(3 * 1024 * 1024)
})

test('events come until the subscription ends', async ({ inspector, redis }) => {
  const states = await inspector.evaluate(async (url) => {
    const { invoke, on } = window.inspector
    const heard: string[] = []
    const end = on('connection.changed', (status) => heard.push((status as { state: string }).state))
    await invoke('connection.connect', { url })
    await invoke('connection.disconnect', {})
    end()
    await invoke('connection.connect', { url })
    return heard
  }, redis.url)
  expect(states.slice(-3)).toEqual(['connecting', 'connected', 'disconnected'])
})

test('the private Redis ends with the app', async ({ app, inspector }) => {
  const port = await inspector.evaluate(async () => {
    const reply = await window.inspector.invoke('privateRedis.start', { keep: false })
    return reply.ok ? (reply.value as { target: { port: number } }).target.port : 0
  })
  const listens = () =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false))
      socket.unref()
    })
  expect(await listens()).toBe(true)
  await app.close()
  expect(await listens()).toBe(false)
})

test('the menu has the habits of the platform', async ({ electronApp }) => {
  const labels = await electronApp.evaluate(({ Menu }) =>
    Menu.getApplicationMenu()?.items.map(({ label, role }) => role?.toLowerCase() || label),
  )
  expect(labels).toEqual([
    ...(process.platform === 'darwin' ? ['appmenu'] : []),
    'filemenu',
    'editmenu',
    '&View',
    'windowmenu',
    'help',
  ])
})

test('the menu opens, walks and closes tabs, and with the last one the window', async ({
  electronApp,
  inspector,
}) => {
  const choose = (label: string) =>
    electronApp.evaluate(({ Menu }, label) => {
      const items = Menu.getApplicationMenu()?.items.flatMap(({ submenu }) => submenu?.items ?? [])
      items?.find((item) => item.label === label)?.click()
    }, label)
  const tabs = inspector.getByRole('tablist', { name: 'Connections' }).getByRole('tab')
  await expect(inspector.getByRole('button', { name: 'Connect', exact: true })).toBeVisible()
  await choose('New Tab')
  await expect(tabs).toHaveCount(2)
  await expect(tabs.nth(1)).toHaveAttribute('aria-selected', 'true')
  await choose('Next Tab')
  await expect(tabs.nth(0)).toHaveAttribute('aria-selected', 'true')
  await choose('Previous Tab')
  await expect(tabs.nth(1)).toHaveAttribute('aria-selected', 'true')
  await choose('Close Tab')
  await expect(tabs).toHaveCount(0)
  const closed = inspector.waitForEvent('close')
  await choose('Close Tab')
  await closed
})

test('a second start with a Redis connects a tab of its own, and shows it', async ({
  electronApp,
  inspector,
  redis,
}) => {
  const start = () =>
    electronApp.evaluate(({ app }, redisUrl) => {
      app.emit('second-instance', {}, [], '', { redisUrl })
    }, redis.url)
  const tabs = inspector.getByRole('tablist', { name: 'Connections' }).getByRole('tab')
  const connection = inspector.getByRole('button', { name: `Connection: 127.0.0.1:${redis.port}` })
  await expect(inspector.getByRole('button', { name: 'Connect', exact: true })).toBeVisible()
  // The tab that is there is connected to nothing.
  await start()
  await expect(connection).toBeVisible()
  await expect(tabs).toHaveCount(0)
  await start()
  await expect(tabs).toHaveCount(2)
  await expect(tabs.nth(1)).toHaveAttribute('aria-selected', 'true')
})
