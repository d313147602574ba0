import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallArg, CallName, CallReply } from '#shared/contract.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useRedis } from '../../../test/redis.ts'
import { createInspector, type Inspector } from '../services.ts'
import { MemoryBox } from './testing/memory-box.ts'

const redis = useRedis()
let folder = ''
let box = new MemoryBox()
const started: Inspector[] = []
const logged: string[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'connections-test-'))
  box = new MemoryBox()
  logged.length = 0
  await redis.client.call('ACL', 'SETUSER', 'ada', 'on', '>s3cret-ada', '~*', '&*', '+@all')
})
afterEach(async () => {
  for (const inspector of started.splice(0)) await inspector.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A client that notes all that crosses to it. */
class Client extends InspectorClient {
  readonly crossed: string[] = []

  override async dispatch(name: unknown, arg: unknown) {
    const reply = await super.dispatch(name, arg)
    this.crossed.push(JSON.stringify(reply))
    return reply
  }

  override async invoke<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> {
    const value = await super.invoke(name, arg)
    this.crossed.push(JSON.stringify(value))
    return value
  }

  async list() {
    return this.invoke('connections.list', {})
  }

  async entry(id: string) {
    const found = (await this.list()).connections.find((each) => each.id === id)
    if (found === undefined) throw new Error(`${id} is not saved`)
    return found
  }

  async names() {
    return (await this.list()).connections.map(({ name }) => name)
  }

  /** Everything that the other side has been told. */
  get told() {
    return [...this.crossed, ...this.events.map((event) => JSON.stringify(event))].join('\n')
  }
}

/** An inspector on the settings of the test: started again it is a new run. */
function start(): Client {
  const inspector = createInspector({
    host: 'electron',
    version: '1',
    redisUrl: null,
    log: (line) => logged.push(line),
    settingsFile: join(folder, 'settings.json'),
    secrets: box,
  })
  started.push(inspector)
  return new Client(inspector)
}

const file = () => readFile(join(folder, 'settings.json'), 'utf8')

type Save = CallArg<'connections.save'>
const ada = (part: Partial<Save> = {}): Save => ({
  name: 'Ada’s cache',
  colour: 'teal',
  environment: 'staging',
  readOnly: true,
  prefixes: ['session:', 'cart:'],
  keepSecrets: true,
  target: {
    deployment: 'standalone',
    host: '127.0.0.1',
    port: redis.port,
    db: 2,
    tls: false,
    username: 'ada',
    password: 's3cret-ada',
  },
  ...part,
})
const target = (part: Save['target'] = {}): Save['target'] => ({ ...ada().target, ...part })
const { password: _password, ...open } = { password: '', ...target() }

describe('a saved connection', () => {
  it('is there at the next start, and connects by its id alone', async () => {
    const { id } = await start().invoke('connections.save', ada())
    const client = start()
    expect((await client.list()).connections).toEqual([
      {
        id,
        name: 'Ada’s cache',
        colour: 'teal',
        environment: 'staging',
        readOnly: true,
        prefixes: ['session:', 'cart:'],
        label: `127.0.0.1:${redis.port}`,
        target: { ...open, port: redis.port },
        kept: ['password'],
        asked: [],
        unreadable: [],
        keepSecrets: true,
      },
    ])
    expect(await client.invoke('connection.connect', { saved: id })).toMatchObject({
      state: 'connected',
      readOnly: true,
      environment: 'staging',
      target: { saved: id, username: 'ada', db: 2 },
    })
  })

  it('is called by its address where it has no name', async () => {
    const client = start()
    await client.invoke('connections.save', ada({ name: '  ' }))
    expect(await client.names()).toEqual([`127.0.0.1:${redis.port}`])
  })

  it('is duplicated with its secrets, moved, removed and put back where it was', async () => {
    const client = start()
    const ids = []
    for (const name of ['a', 'b', 'c']) ids.push((await client.invoke('connections.save', ada({ name }))).id)
    const [a = '', b = ''] = ids
    const copy = await client.invoke('connections.duplicate', { id: a })
    await client.invoke('connections.duplicate', { id: a })
    expect(await client.names()).toEqual(['a', 'a copy 2', 'a copy', 'b', 'c'])
    expect(await client.invoke('connection.connect', { saved: copy.id })).toMatchObject({
      state: 'connected',
    })
    await client.invoke('connections.move', { id: b, to: 0 })
    await client.invoke('connections.move', { id: a, to: 99 })
    expect(await client.names()).toEqual(['b', 'a copy 2', 'a copy', 'c', 'a'])
    await client.invoke('connections.remove', { id: copy.id })
    expect(await client.names()).toEqual(['b', 'a copy 2', 'c', 'a'])
    await client.invoke('connections.restore', { id: copy.id })
    expect(await client.names()).toEqual(['b', 'a copy 2', 'a copy', 'c', 'a'])
    await expect(client.invoke('connections.restore', { id: copy.id })).rejects.toMatchObject({
      code: 'nothing_to_undo',
    })
    expect((await client.entry(copy.id)).kept).toEqual(['password'])
  })

  it('that has gone is said to have', async () => {
    const client = start()
    const calls = [
      client.invoke('connection.connect', { saved: 'gone' }),
      client.invoke('connections.remove', { id: 'gone' }),
      client.invoke('connections.duplicate', { id: 'gone' }),
      client.invoke('connections.save', ada({ id: 'gone' })),
    ]
    for (const call of calls) await expect(call).rejects.toThrow(/has been removed/)
  })

  it('is one of 200 at most', async () => {
    const client = start()
    for (let number = 0; number < 200; number += 1) {
      await client.invoke('connections.save', ada({ name: String(number), target: { host: 'h' } }))
    }
    await expect(client.invoke('connections.save', ada())).rejects.toThrow(/no more can be/)
    expect(await client.names()).toHaveLength(200)
  })

  it('is told of to every client when it changes', async () => {
    const client = start()
    const other = new Client(client.inspector)
    await client.invoke('connections.save', ada())
    expect(other.payloads('connections.changed').at(-1)?.connections).toMatchObject([{ name: 'Ada’s cache' }])
  })

  it('comes from a URL, whose password goes to the secrets', async () => {
    const client = start()
    const { colour, environment, readOnly, prefixes, keepSecrets } = ada()
    const marks = { name: '', colour, environment, readOnly, prefixes, keepSecrets }
    const url = `redis://ada:s3cret-ada@127.0.0.1:${redis.port}/3`
    const { id } = await client.invoke('connections.importUrl', { ...marks, url })
    expect(await client.entry(id)).toMatchObject({
      name: `127.0.0.1:${redis.port}`,
      target: { username: 'ada', db: 3, tls: false },
      kept: ['password'],
    })
    expect(await client.invoke('connection.connect', { saved: id })).toMatchObject({ target: { db: 3 } })
    const bad = client.invoke('connections.importUrl', { ...marks, url: 'http://ada:s3cret-ada@h' })
    await expect(bad).rejects.toMatchObject({ code: 'bad_url' })
    expect(client.told).not.toContain('s3cret')
  })

  it('is what an open connection becomes when it is saved', async () => {
    const client = start()
    await client.invoke('connection.connect', target())
    const { colour, environment, readOnly, prefixes, keepSecrets, name } = ada()
    const marks = { name, colour, environment, readOnly, prefixes, keepSecrets }
    const { id } = await client.invoke('connections.saveOpen', marks)
    expect(await client.invoke('connection.status', {})).toMatchObject({ target: { saved: id } })
    const next = start()
    expect(await next.invoke('connection.connect', { saved: id })).toMatchObject({
      target: { username: 'ada', db: 2 },
    })
  })

  it('may differ in a form that it lends its secrets to', async () => {
    const client = start()
    const { id } = await client.invoke('connections.save', ada())
    const status = await client.invoke('connection.connect', {
      ...open,
      port: redis.port,
      db: 5,
      secretsOf: id,
    })
    expect(status).toMatchObject({ readOnly: false, environment: null, target: { db: 5, saved: null } })
  })

  it('is tested without its secrets being typed', async () => {
    const client = start()
    const { id } = await client.invoke('connections.save', ada())
    const { steps } = await client.invoke('connection.test', { saved: id })
    expect(steps.map(({ step, state }) => [step, state])).toEqual(
      expect.arrayContaining([
        ['connect', 'done'],
        ['auth', 'done'],
        ['version', 'done'],
      ]),
    )
    const wrong = await client.invoke('connection.test', { ...target({ password: 'guess' }), secretsOf: id })
    expect(wrong.steps).toContainEqual(
      expect.objectContaining({ step: 'auth', state: 'failed', detail: expect.stringMatching(/refused/) }),
    )
    expect(await client.invoke('connection.status', {})).toEqual({ state: 'disconnected' })
  })
})

describe('a secret of a saved connection', () => {
  it('stays when it is left empty, changes when it is typed, and goes when it is forgotten', async () => {
    const client = start()
    const { id } = await client.invoke('connections.save', ada())
    const again = (password?: string) =>
      client.invoke(
        'connections.save',
        ada({ id, target: password === undefined ? { ...open, port: redis.port } : target({ password }) }),
      )
    const connect = () => client.invoke('connection.connect', { saved: id })
    await again()
    expect(await connect()).toMatchObject({ state: 'connected' })
    await again('wrong')
    await expect(connect()).rejects.toMatchObject({ code: 'wrong_password' })
    await again('')
    expect(await client.entry(id)).toMatchObject({ kept: [], asked: [] })
    await again('s3cret-ada')
    expect(await connect()).toMatchObject({ state: 'connected' })
  })

  it('goes with the tunnel or the TLS that it was for', async () => {
    const client = start()
    const whole = target({
      tls: true,
      tlsOptions: { ca: 'the-ca', cert: 'the-cert', key: 'the-key', keyPassphrase: 'phrase' },
      ssh: { host: 'h', username: 'u', method: 'key', privateKey: 'ssh-key', passphrase: 'ssh-phrase' },
    })
    const { id } = await client.invoke('connections.save', ada({ target: whole }))
    const kept = [
      'tlsCa',
      'tlsCert',
      'password',
      'tlsKey',
      'tlsKeyPassphrase',
      'sshPrivateKey',
      'sshPassphrase',
    ]
    expect((await client.entry(id)).kept.toSorted()).toEqual(kept.toSorted())
    await client.invoke('connections.save', ada({ id, target: { ...open, port: redis.port } }))
    expect((await client.entry(id)).kept).toEqual(['password'])
    expect(await file()).not.toContain('the-ca')
  })

  it('that is not to be kept on disk is asked for at each start, and once in a run', async () => {
    const first = start()
    const { id } = await first.invoke('connections.save', ada({ keepSecrets: false }))
    expect(await first.entry(id)).toMatchObject({ kept: ['password'], asked: [] })
    expect(await first.invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
    const next = start()
    expect(await next.entry(id)).toMatchObject({ kept: [], asked: ['password'] })
    await expect(next.invoke('connection.connect', { saved: id })).rejects.toMatchObject({
      code: 'secret_needed',
      message: 'The password of this connection is not kept on disk. Enter it.',
      details: { missing: ['password'] },
    })
    await expect(next.invoke('connection.connect', { saved: id, password: 'wrong' })).rejects.toMatchObject({
      code: 'wrong_password',
    })
    expect(await next.entry(id)).toMatchObject({ asked: ['password'] })
    await next.invoke('connection.connect', { saved: id, password: 's3cret-ada' })
    expect(await next.entry(id)).toMatchObject({ kept: ['password'], asked: [] })
    expect(await next.invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
    expect(await file()).not.toMatch(/s3cret|secrets": \{\s*"/)
  })

  it('goes to the disk, or from it, when that is changed', async () => {
    const client = start()
    const { id } = await client.invoke('connections.save', ada({ keepSecrets: false }))
    const save = (keepSecrets: boolean) =>
      client.invoke('connections.save', ada({ id, keepSecrets, target: { ...open, port: redis.port } }))
    await save(true)
    expect(await start().invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
    await save(false)
    expect(await start().entry(id)).toMatchObject({ asked: ['password'] })
    expect(await client.invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
  })

  it('is never written where nothing encrypts it, whatever was asked for', async () => {
    box.storage = 'none'
    const client = start()
    const { id } = await client.invoke('connections.save', ada())
    expect(JSON.parse(await file()).connections[0]).toMatchObject({ secrets: {}, asks: ['password'] })
    expect((await client.list()).secretStorage).toBe('none')
    expect(await client.invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
  })

  it('that can no longer be decrypted is asked for again, with the reason', async () => {
    const { id } = await start().invoke('connections.save', ada())
    box.generation += 1
    const client = start()
    await expect(client.invoke('connection.connect', { saved: id })).rejects.toMatchObject({
      code: 'secret_needed',
      message: expect.stringMatching(/can no longer be read: .* another keychain/),
    })
    expect(client.payloads('connections.changed').at(-1)?.connections[0]).toMatchObject({
      kept: [],
      asked: ['password'],
      unreadable: ['password'],
    })
    await client.invoke('connection.connect', { saved: id, password: 's3cret-ada' })
    await client.invoke('connections.save', ada({ id, target: { ...open, port: redis.port } }))
    expect(await start().invoke('connection.connect', { saved: id })).toMatchObject({ state: 'connected' })
  })

  it('is nowhere but where it belongs: not in replies, events, logs, the command log or the file', async () => {
    const secrets = {
      password: 's3cret-ada',
      sentinel: 's3cret-sentinel',
      key: 's3cret-key',
      phrase: 's3cret-phrase',
      ssh: 's3cret-ssh',
      sshKey: 's3cret-ssh-key',
      sshPhrase: 's3cret-ssh-phrase',
    }
    const client = start()
    const everything = ada({
      target: {
        ...target(),
        deployment: 'sentinel',
        sentinelPassword: secrets.sentinel,
        tls: true,
        tlsOptions: { cert: 'cert', key: secrets.key, keyPassphrase: secrets.phrase },
        ssh: {
          host: 'h',
          username: 'u',
          method: 'key',
          password: secrets.ssh,
          privateKey: secrets.sshKey,
          passphrase: secrets.sshPhrase,
        },
      },
    })
    for (const storage of ['keychain', 'plain', 'none'] as const) {
      box.storage = storage
      const { id } = await client.invoke('connections.save', everything)
      await client.invoke('connections.duplicate', { id })
      const broken = { ...everything, target: { ...everything.target, port: secrets.password } }
      await client.dispatch('connections.save', broken)
      await client.dispatch('connections.importUrl', {
        ...everything,
        url: `redis://u:${secrets.password}@h:x`,
      })
      const simple = await client.invoke('connections.save', ada())
      await client.invoke('connection.connect', { saved: simple.id })
      const query = { offset: 0, limit: 500, text: '', kinds: [], failedOnly: false }
      await client.invoke('commands.read', query)
      await client.invoke('connection.test', { saved: simple.id })
      await client.dispatch('connection.connect', { ...target({ password: 's3cret-guess' }) })
      await client.invoke('connections.remove', { id })
    }
    expect(client.told.length).toBeGreaterThan(5000)
    for (const place of [client.told, logged.join('\n'), await file()]) {
      expect(place).not.toMatch(/s3cret/)
    }
    expect((await client.entry((await client.list()).connections[0]?.id ?? '')).kept).not.toEqual([])
  })
})
