import { freePort } from '../src/main/core/connection/redis-process.ts'
import { createAuthority, noOpenssl } from '../src/test/certificates.ts'
import { startCluster } from '../src/test/cluster.ts'
import { startSentinelGroup } from '../src/test/sentinel-group.ts'
import { noSshd, startSshServer } from '../src/test/ssh-server.ts'
import { expect, test } from './fixtures.ts'
import type { Screen } from './screen.ts'

test.use({ appArgs: [] })

const input = (ui: Screen, name: string) => ui.page.getByRole('textbox', { name, exact: true })
const section = (ui: Screen, name: string) => ui.page.getByRole('checkbox', { name, exact: true })

test('an SSH server that nobody knows is asked about, and its key is kept with the connection', async ({
  redis,
  store,
  ui,
}) => {
  test.skip(noSshd !== null, noSshd ?? '')
  const server = await startSshServer()
  try {
    const key = await server.addKey()
    await store.createSession({ username: 'ada' })
    await input(ui, 'Port').fill(String(redis.port))
    await section(ui, 'SSH tunnel').check()
    await input(ui, 'SSH server').fill('127.0.0.1')
    await input(ui, 'SSH port').fill(String(server.port))
    await input(ui, 'SSH user').fill(server.username)
    await ui.page.getByLabel('Sign in with').selectOption('Private key')
    await input(ui, 'SSH private key').fill(key.text)
    await input(ui, 'Name').fill('Behind the gate')
    await ui.button('Save').click()
    await expect(ui.results).toContainText('Saved Behind the gate.')

    await ui.button('Connect').click()
    const question = ui.page.getByRole('alertdialog', { name: 'Trust this SSH server?' })
    await expect(question).toContainText(server.hostKey.fingerprint)
    await question.getByRole('button', { name: 'Trust and connect' }).click()
    await expect(ui.row('ada')).toBeVisible({ timeout: 20_000 })
    const menu = ui.button(/^Connection: /)
    await menu.click()
    await expect(ui.page.getByRole('menu')).toContainText(`${server.username}@127.0.0.1:${server.port}`)
    await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()

    // It is known from then on.
    await ui.button('Connect').click()
    await expect(ui.row('ada')).toBeVisible({ timeout: 20_000 })
  } finally {
    await server.stop()
  }
})

test('a server with a certificate that nobody vouches for is refused, and marked where it is accepted', async ({
  redis,
  store,
  ui,
}) => {
  test.skip(noOpenssl !== null, noOpenssl ?? '')
  const authority = await createAuthority('Nobody')
  try {
    await store.createSession({ username: 'ada' })
    const { certFile, keyFile } = await authority.issue('localhost', 'DNS:localhost,IP:127.0.0.1')
    const port = await freePort()
    await redis.client.config('SET', 'tls-cert-file', certFile, 'tls-key-file', keyFile)
    await redis.client.config('SET', 'tls-auth-clients', 'no', 'tls-ca-cert-file', authority.certFile)
    await redis.client.config('SET', 'tls-port', String(port))

    await input(ui, 'Port').fill(String(port))
    await section(ui, 'TLS').check()
    await ui.button('Test').click()
    const steps = ui.page.getByRole('region', { name: 'Test of the connection' })
    await expect(steps).toContainText(/nobody|not trusted|authority/i)
    await ui.page.getByRole('region', { name: 'TLS' }).getByRole('button', { name: 'Options' }).click()
    await ui.page.getByRole('checkbox', { name: 'Accept an untrusted certificate' }).check()
    await ui.button('Connect').click()
    await expect(ui.row('ada')).toBeVisible()
    await expect(
      ui.button(/^Connection: /).getByRole('img', { name: 'certificate not verified' }),
    ).toBeVisible()
  } finally {
    await authority.remove()
  }
})

test('a node of a cluster and a Sentinel are connected to as what they are, with one click', async ({
  ui,
}) => {
  test.slow()
  const cluster = await startCluster()
  const group = await startSentinelGroup()
  try {
    await cluster.client.hset('session:a', { username: 'grace' })
    await input(ui, 'Port').fill(String(cluster.nodes[0]?.port))
    await ui.button('Connect').click()
    await ui.button('Connect to it as a cluster').click()
    await expect(ui.row('grace')).toBeVisible()
    await ui.button(/^Connection: /).click()
    await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()

    const master = await group.master()
    await group.client(master).hset('session:b', { username: 'edsger' })
    await ui.button('New connection').click()
    await input(ui, 'Port').fill(String(group.sentinels[0]?.port))
    await ui.button('Connect').click()
    await ui.button('Connect by way of it, as a Sentinel').click()
    await expect(ui.row('edsger')).toBeVisible()
    await expect(ui.button(/^Connection: /)).toContainText(`127.0.0.1:${master.port}`)
  } finally {
    await cluster.stop()
    await group.stop()
  }
})
