import { describe, expect, it } from 'vitest'
import { publicTarget, resolveTarget, urlWithoutPassword } from './target.ts'

describe('a connection target', () => {
  it('is the local Redis when nothing is said', () => {
    expect(resolveTarget({})).toEqual({
      deployment: 'standalone',
      host: '127.0.0.1',
      port: 6379,
      path: null,
      nodes: [],
      masterName: 'mymaster',
      sentinelUsername: null,
      sentinelPassword: null,
      username: null,
      password: null,
      db: 0,
      tls: null,
      ssh: null,
    })
  })

  it('takes everything from a URL, decoded', () => {
    expect(resolveTarget({ url: 'rediss://us%40er:p%3Ass@cache.example:6380/3' })).toMatchObject({
      host: 'cache.example',
      port: 6380,
      username: 'us@er',
      password: 'p:ss',
      db: 3,
      tls: { acceptUntrusted: false },
    })
  })

  it('lets the other members fill in what the URL leaves out', () => {
    expect(
      resolveTarget({ url: 'redis://cache.example', port: 7000, password: 'secret', db: 2 }),
    ).toMatchObject({
      host: 'cache.example',
      port: 7000,
      password: 'secret',
      db: 2,
      tls: null,
    })
  })

  it('knows IPv6 hosts', () => {
    const target = resolveTarget({ url: 'redis://[::1]:6379' })
    expect(target.host).toBe('::1')
    expect(publicTarget(target, false).label).toBe('[::1]:6379')
  })

  it.each([
    ['http://cache.example', /redis:\/\/ or rediss:\/\//],
    ['cache', /redis:\/\/user:password@host/],
    ['redis://host/first', /number of the database/],
    ['redis://host:99999', /no URL/],
    ['redis://u:50%@host', /%25/],
  ])('refuses %s without repeating it', (url, message) => {
    expect(() => resolveTarget({ url })).toThrow(message)
    expect(() => resolveTarget({ url })).toThrow(expect.objectContaining({ code: 'bad_url' }))
  })

  it('shows itself as a URL without its password', () => {
    const target = resolveTarget({ url: 'rediss://ada:secret@cache.example/1' })
    expect(urlWithoutPassword(target)).toBe('rediss://ada@cache.example:6379/1')
    expect(JSON.stringify(publicTarget(target, false))).not.toContain('secret')
  })
})
