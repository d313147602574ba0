import { rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { get, letIn, originOf, upgradeStatus, useWebHost } from '../../../test/web-host.ts'

const web = useWebHost()

describe('access to the web host', () => {
  it('exchanges the token for a strict cookie and leaves it out of the address', async () => {
    const { url, port } = await web.start()
    const { status, headers } = await get(port, url.slice(url.indexOf('/?')))
    expect(status).toBe(303)
    expect(headers.location).toBe('/')
    const [cookie = ''] = headers['set-cookie'] ?? []
    expect(cookie).toMatch(
      new RegExp(`^redis-session-inspector-${port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    )
    expect(cookie).not.toContain(new URL(url).searchParams.get('token'))
    const page = await get(port, '/', { cookie })
    expect(page.status).toBe(200)
    expect(page.body).toContain('<title>inspector</title>')
  })

  it('lets in a browser that follows a link on another page', async () => {
    const { url, port } = await web.start()
    const answer = await get(port, url.slice(url.indexOf('/?')), { 'sec-fetch-site': 'cross-site' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('<meta http-equiv="refresh" content="0;url=/">')
    expect(answer.headers['set-cookie']).toHaveLength(1)
  })

  it('lets in one browser with an address for once, and no second one', async () => {
    const host = await web.start()
    const [first, other] = [host.urlForOnce(), host.urlForOnce()]
    const open = async (url: string) => (await get(host.port, url.slice(url.indexOf('/?')))).status
    expect([await open(first), await open(first), await open(other)]).toEqual([303, 403, 303])
    expect(await open(host.url)).toBe(303)
  })

  it('tells a browser without the token what to open', async () => {
    const host = await web.start()
    const cookie = await letIn(host)
    const other = await web.start()
    const strangers: [string, Record<string, string>][] = [
      ['/', {}],
      ['/assets/main-1a2b.js', {}],
      ['/?token=', {}],
      ['/?token=%00', {}],
      [`/?token=${'a'.repeat(43)}`, {}],
      ['/', { cookie: `${cookie}x` }],
      ['/', { cookie: 'a=b; =; ;;%' }],
      ['/', { cookie: await letIn(other) }],
    ]
    for (const [path, headers] of strangers) {
      const answer = await get(host.port, path, headers)
      expect([path, headers, answer.status]).toEqual([path, headers, 403])
      expect(answer.body).toContain('Open the whole one that it printed')
      expect(answer.headers['set-cookie']).toBeUndefined()
    }
  })

  it('answers to its own names only, and to its own pages', async () => {
    const host = await web.start()
    const cookie = await letIn(host)
    const { port } = host
    const status = async (headers: Record<string, string>) =>
      (await get(port, '/', { cookie, ...headers })).status
    expect(await status({ host: `localhost:${port}` })).toBe(200)
    expect(await status({ origin: originOf(port) })).toBe(200)
    for (const name of [
      'evil.example',
      `evil.example:${port}`,
      '127.0.0.1',
      'localhost',
      `127.0.0.1:${port + 1}`,
    ]) {
      expect([name, await status({ host: name })]).toEqual([name, 403])
    }
    for (const name of [
      'null',
      'https://evil.example',
      `https://127.0.0.1:${port}`,
      `http://localhost:${port}`,
    ]) {
      expect([name, await status({ origin: name })]).toEqual([name, 403])
    }
  })

  it('upgrades to a WebSocket only its own page, with the cookie', async () => {
    const host = await web.start()
    const { port } = host
    const good = { cookie: await letIn(host), origin: originOf(port) }
    expect(await upgradeStatus(port, good)).toBe(101)
    expect(await upgradeStatus(port, { cookie: good.cookie })).toBe(403)
    expect(await upgradeStatus(port, { origin: good.origin })).toBe(403)
    expect(await upgradeStatus(port, { ...good, origin: 'https://evil.example' })).toBe(403)
    expect(await upgradeStatus(port, { ...good, host: `evil.example:${port}` })).toBe(403)
    expect(await upgradeStatus(port, good, '/other')).toBe(404)
  })

  it.each([
    [
      'is refused its upgrade',
      'GET /socket HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
    ],
    ['never ends its request', 'GET / HTTP/1.1\r\nHost: '],
    ['asks for nothing more', 'GET / HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n'],
  ])('lets go of a connection that %s, also where the other side stays', async (_, request) => {
    const { port } = await web.start({ requestTimeout: 200 })
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
    web.onEnd(() => void socket.destroy())
    const closed = new Promise((resolve) => socket.on('error', () => {}).on('close', resolve))
    socket.write(request.replaceAll('PORT', String(port)))
    await new Promise((resolve) => socket.resume().once('end', resolve))
    // What is written on is answered with a reset only where nobody holds the connection any more.
    const probes = setInterval(() => socket.writable && socket.write('x'), 10)
    web.onEnd(() => clearInterval(probes))
    await closed
  })

  it('listens on this machine alone', async () => {
    const { port } = await web.start()
    await expect(
      new Promise((resolve, reject) => connect(port, '127.0.0.2').on('connect', resolve).on('error', reject)),
    ).rejects.toThrow('ECONNREFUSED')
  })
})

describe('the files of the web host', () => {
  it('come with their type, with the security headers, and stay in the cache where their name has a hash', async () => {
    const host = await web.start()
    const cookie = await letIn(host)
    const page = await get(host.port, '/', { cookie })
    expect(page.headers).toMatchObject({
      'content-type': 'text/html;charset=utf-8',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
    })
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';")
    expect(page.headers['content-security-policy']).toContain(
      `connect-src 'self' ws://127.0.0.1:${host.port};`,
    )
    const script = await get(host.port, '/assets/main-1a2b.js?v=1', { cookie })
    expect(script).toMatchObject({ status: 200, body: 'export {}' })
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript;charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    })
    expect(await get(host.port, '/', { cookie }, 'HEAD')).toMatchObject({ status: 200, body: '' })
  })

  it('are the only ones: no path leads out of their folder', async () => {
    const host = await web.start()
    const cookie = await letIn(host)
    await writeFile(`${web.rendererDir}-secret`, 'secret')
    web.onEnd(() => rm(`${web.rendererDir}-secret`))
    const name = `${web.rendererDir.split('/').at(-1)}-secret`
    const paths = ['/../x', `/../${name}`, `/..%2f${name}`, `/%2e%2e/${name}`, `/assets/../../${name}`]
    paths.push(
      `/..\\${name}`,
      `//${name}`,
      '/assets',
      '/assets/',
      '/%00',
      '/index.html/',
      '//',
      '/__proto__',
      '*',
    )
    paths.push(
      `${web.rendererDir}-secret`,
      `file://${web.rendererDir}-secret`,
      '/index.html%00.js',
      '/./index.html',
    )
    for (const path of paths) {
      const { status, body } = await get(host.port, path, { cookie })
      expect([path, status, body]).toEqual([path, 404, 'The inspector has no such page.\n'])
    }
  })

  it('can be read and nothing else', async () => {
    const host = await web.start()
    const cookie = await letIn(host)
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await get(host.port, '/', { cookie }, method)).status).toBe(405)
    }
  })

  it('must have been built', async () => {
    await expect(web.start({ rendererDir: join(web.rendererDir, 'missing') })).rejects.toThrow(
      'Run npm run build',
    )
  })
})
