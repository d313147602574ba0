import { describe, expect, it } from 'vitest'
import type { SavedConnection } from '#shared/connections.ts'
import {
  type ConnectForm,
  EMPTY_FORM,
  firstForm,
  formOf,
  isSame,
  isSamePlace,
  readMarks,
  readTarget,
} from './connect-form.ts'
import { guiltyInput, sectionOf, unknownHost } from './connect-problems.ts'

const form = (part: Partial<ConnectForm>): ConnectForm => ({ ...EMPTY_FORM, ...part })

describe('the connect form', () => {
  it('reads host, port, user, password, database and TLS', () => {
    const filled = { host: ' redis.local ', port: '6380', username: 'ops', password: 's', db: '2', tls: true }
    expect(readTarget(form(filled))).toEqual({
      deployment: 'standalone',
      host: 'redis.local',
      port: 6380,
      username: 'ops',
      password: 's',
      db: 2,
      tls: true,
    })
  })

  it('leaves out what is empty', () => {
    expect(readTarget(EMPTY_FORM)).toEqual({
      deployment: 'standalone',
      host: '127.0.0.1',
      port: 6379,
      db: 0,
      tls: false,
    })
  })

  it('reads a socket, which needs neither TLS nor a tunnel', () => {
    const socket = { kind: 'socket', path: ' /run/redis.sock ', tls: true, ssh: true } as const
    expect(readTarget(form(socket))).toEqual({
      deployment: 'standalone',
      path: '/run/redis.sock',
      db: 0,
      tls: false,
    })
  })

  it('reads Sentinels with their master, and the nodes of a cluster', () => {
    const nodes = 'one:26379, two\n[::1]:26380; ::2\n'
    const sentinel = { kind: 'sentinel', nodes, masterName: 'main', sentinelPassword: 'p', db: '3' } as const
    const addresses = {
      host: 'one',
      port: 26379,
      nodes: [{ host: 'two' }, { host: '::1', port: 26380 }, { host: '::2' }],
    }
    expect(readTarget(form(sentinel))).toEqual({
      deployment: 'sentinel',
      ...addresses,
      masterName: 'main',
      sentinelPassword: 'p',
      db: 3,
      tls: false,
    })
    expect(readTarget(form({ kind: 'cluster', nodes, db: 'x' }))).toEqual({
      deployment: 'cluster',
      ...addresses,
      db: 0,
      tls: false,
    })
  })

  it('reads what TLS needs, and what SSH needs for how one signs in', () => {
    const read = readTarget(
      form({
        tls: true,
        tlsCa: 'ca',
        tlsKey: 'key',
        servername: ' name ',
        acceptUntrusted: true,
        ssh: true,
        sshHost: 'gate',
        sshUsername: 'me',
        sshMethod: 'key',
        sshPrivateKey: 'private',
        sshPassword: 'of another way',
      }),
    )
    expect(read).toMatchObject({
      tlsOptions: { ca: 'ca', key: 'key', servername: 'name', acceptUntrusted: true },
      ssh: { host: 'gate', port: 22, username: 'me', method: 'key', privateKey: 'private' },
    })
    expect(read).not.toHaveProperty('ssh.password')
  })

  it.each([
    ['host', { host: '  ' }],
    ['port', { port: '0' }],
    ['port', { port: '65536' }],
    ['port', { port: '6e3' }],
    ['db', { db: '-1' }],
    ['db', { db: '1.5' }],
    ['url', { kind: 'url', url: 'http://localhost' }],
    ['url', { kind: 'url', url: '' }],
    ['path', { kind: 'socket', path: 'redis.sock' }],
    ['nodes', { kind: 'cluster', nodes: ' \n' }],
    ['nodes', { kind: 'sentinel', nodes: 'a:0' }],
    ['nodes', { kind: 'sentinel', nodes: 'http://a' }],
    ['masterName', { kind: 'sentinel', nodes: 'a', masterName: ' ' }],
    ['sshHost', { ssh: true }],
    ['sshPort', { ssh: true, sshHost: 'h', sshPort: 'x' }],
    ['sshUsername', { ssh: true, sshHost: 'h' }],
  ] as const)('names the input %s in %j', (input, part) => {
    expect(readTarget(form(part))).toMatchObject({ input })
  })

  it('takes a password beside a URL', () => {
    const url = { kind: 'url', url: ' rediss://h:1/3 ', password: 'p' } as const
    expect(readTarget(form(url))).toEqual({ url: 'rediss://h:1/3', password: 'p' })
  })

  it('reads the marks, each prefix once and with its spaces', () => {
    const marks = { name: ' cache ', colour: 'red', prefixes: 'a:\n\n b \na:' } as const
    expect(readMarks(form(marks))).toEqual({
      name: 'cache',
      colour: 'red',
      environment: null,
      readOnly: false,
      prefixes: ['a:', ' b '],
    })
    expect(readMarks(form({ name: 'x'.repeat(101) }))).toMatchObject({ input: 'name' })
    expect(readMarks(form({ prefixes: 'ä'.repeat(257) }))).toMatchObject({ input: 'prefixes' })
    const many = Array.from({ length: 21 }, (_, number) => `${number}:`).join('\n')
    expect(readMarks(form({ prefixes: many }))).toMatchObject({ input: 'prefixes' })
  })
})

describe('the form of a saved connection', () => {
  const entry: SavedConnection = {
    id: 'one',
    name: 'cache',
    label: 'main',
    colour: 'blue',
    environment: 'production',
    readOnly: true,
    prefixes: ['a:', 'b:'],
    target: {
      deployment: 'sentinel',
      host: 'one',
      port: 26379,
      nodes: [{ host: '::1', port: 2 }],
      masterName: 'main',
      username: 'ada',
      db: 1,
      tls: true,
      tlsOptions: { servername: 'name' },
      ssh: { host: 'gate', port: 2222, username: 'me', method: 'key', hostKey: 'SHA256:x' },
    },
    kept: ['password', 'tlsCa', 'sshPrivateKey'],
    asked: [],
    unreadable: [],
    keepSecrets: true,
  }

  it('says the same as what is saved', () => {
    const { target, ...marks } = entry
    expect(readTarget(formOf(entry))).toEqual(target)
    const { name, colour, environment, readOnly, prefixes } = marks
    expect(readMarks(formOf(entry))).toEqual({ name, colour, environment, readOnly, prefixes })
    expect(formOf({ ...entry, name: 'main' }).name).toBe('')
  })

  it('knows what has been changed, and what leads elsewhere', () => {
    const original = formOf(entry)
    const changed = (part: Partial<ConnectForm>) => ({ ...original, ...part })
    expect(isSame(original, formOf(entry))).toBe(true)
    for (const part of [{ name: 'x' }, { password: 'typed' }, { forgotten: ['password'] as const }]) {
      expect(isSame(changed(part), original)).toBe(false)
      expect(isSamePlace(changed(part), original)).toBe(true)
    }
    expect(isSamePlace(changed({ nodes: 'two' }), original)).toBe(false)
    expect(isSamePlace(changed({ ssh: false }), original)).toBe(false)
  })

  it('says of what is kept that it is forgotten, and else nothing', () => {
    const original = formOf(entry)
    expect(readTarget({ ...original, forgotten: ['password', 'tlsCa'] })).toMatchObject({
      password: '',
      tlsOptions: { ca: '' },
    })
    expect(readTarget({ ...original, forgotten: ['password'], password: 'typed' })).toMatchObject({
      password: 'typed',
    })
  })
})

it('starts with the URL given at the start, else with where one was last', () => {
  const last = {
    label: 'l',
    deployment: 'standalone',
    host: 'h',
    port: 1,
    path: null,
    username: null,
    db: 2,
    tls: true,
    untrusted: false,
    tunnel: null,
    isPrivate: false,
    saved: null,
  } as const
  expect(firstForm('redis://p', last)).toMatchObject({ kind: 'url', url: 'redis://p' })
  expect(firstForm(null, last)).toMatchObject({ kind: 'server', host: 'h', port: '1', db: '2', tls: true })
  expect(firstForm(null, { ...last, path: '/s' })).toMatchObject({ kind: 'socket', path: '/s' })
  expect(firstForm(null, { ...last, saved: 'one' })).toEqual(EMPTY_FORM)
  expect(firstForm(null, null)).toEqual(EMPTY_FORM)
})

it('names the input that a refused connection is about', () => {
  const failure = (code: Parameters<typeof guiltyInput>[0]['code'], details = {}) => ({
    code,
    details,
    message: '',
  })
  expect(guiltyInput(failure('wrong_password'), 'server')).toBe('password')
  expect(guiltyInput(failure('unreachable'), 'url')).toBe('url')
  expect(guiltyInput(failure('unreachable'), 'cluster')).toBe('nodes')
  expect(guiltyInput(failure('not_redis'), 'server')).toBe('port')
  expect(guiltyInput(failure('redis_error'), 'server')).toBeNull()
  expect(guiltyInput(failure('secret_needed', { missing: ['sshPassphrase'] }), 'server')).toBe(
    'sshPassphrase',
  )
  expect(guiltyInput(failure('secret_needed', { missing: ['other'] }), 'server')).toBeNull()
  expect(sectionOf('sshPassphrase')).toBe('ssh')
  expect(sectionOf('servername')).toBe('tls')
  expect(sectionOf('password')).toBeNull()
})

it('knows an SSH server whose key is to be looked at', () => {
  const details = { host: 'gate', port: 22, keyType: 'ssh-ed25519', fingerprint: 'SHA256:abc' }
  expect(unknownHost({ code: 'unknown_host', message: '', details })).toEqual(details)
  expect(unknownHost({ code: 'unknown_host', message: '', details: {} })).toBeNull()
  expect(unknownHost({ code: 'unreachable', message: '', details })).toBeNull()
})
