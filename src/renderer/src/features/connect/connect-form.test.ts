import { describe, expect, it } from 'vitest'
import { EMPTY_FORM, firstForm, guiltyInput, readForm } from './connect-form.ts'

describe('the connect form', () => {
  it('reads host, port, user, password, database and TLS', () => {
    const form = {
      ...EMPTY_FORM,
      host: ' redis.local ',
      port: '6380',
      username: 'ops',
      password: 's',
      db: '2',
      tls: true,
    }
    expect(readForm(form)).toEqual({
      host: 'redis.local',
      port: 6380,
      username: 'ops',
      password: 's',
      db: 2,
      tls: true,
    })
  })

  it('leaves out what is empty', () => {
    expect(readForm(EMPTY_FORM)).toEqual({ host: '127.0.0.1', port: 6379, db: 0, tls: false })
  })

  it.each([
    ['host', { host: '  ' }],
    ['port', { port: '0' }],
    ['port', { port: '65536' }],
    ['port', { port: '6e3' }],
    ['db', { db: '-1' }],
    ['db', { db: '1.5' }],
    ['url', { mode: 'url' as const, url: 'http://localhost' }],
    ['url', { mode: 'url' as const, url: '' }],
  ])('names the input %s in %j', (input, part) => {
    expect(readForm({ ...EMPTY_FORM, ...part })).toMatchObject({ input })
  })

  it('takes a password beside a URL', () => {
    const form = { ...EMPTY_FORM, mode: 'url' as const, url: ' rediss://h:1/3 ', password: 'p' }
    expect(readForm(form)).toEqual({ url: 'rediss://h:1/3', password: 'p' })
  })
})

it('starts with the URL given at the start, else with where one was last', () => {
  const last = { label: 'l', host: 'h', port: 1, username: null, db: 2, tls: true, isPrivate: false }
  expect(firstForm('redis://p', last)).toMatchObject({ mode: 'url', url: 'redis://p' })
  expect(firstForm(null, last)).toMatchObject({
    mode: 'parts',
    host: 'h',
    port: '1',
    username: '',
    db: '2',
    tls: true,
  })
  expect(firstForm(null, null)).toBe(EMPTY_FORM)
})

describe('a refused connection', () => {
  it('points at the input that it is about', () => {
    expect(guiltyInput('unreachable', 'parts')).toBe('host')
    expect(guiltyInput('wrong_password', 'parts')).toBe('password')
    expect(guiltyInput('tls_mismatch', 'parts')).toBe('tls')
    expect(guiltyInput('no_permission', 'parts')).toBeNull()
  })

  it('points at the URL where that holds everything but the password', () => {
    expect(guiltyInput('unreachable', 'url')).toBe('url')
    expect(guiltyInput('wrong_password', 'url')).toBe('password')
  })
})
