import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ConnectionStatus } from '#shared/model.ts'
import { useConnections } from '../../../test/connections.ts'
import { useRedis } from '../../../test/redis.ts'
import { type SentinelGroup, startSentinelGroup } from '../../../test/sentinel-group.ts'
import { freePort } from './redis-process.ts'
import { resolveTarget } from './target.ts'

const redis = useRedis()
const { manager, onEnd } = useConnections()
let group: SentinelGroup
const address = (port: number) => `127.0.0.1:${port}`
const target = (rest: Parameters<typeof resolveTarget>[0] = {}) => {
  const [first, ...nodes] = group.sentinels
  return resolveTarget({
    deployment: 'sentinel',
    ...first,
    nodes,
    masterName: group.masterName,
    ...rest,
  })
}
const connectedTo = (status: ConnectionStatus) =>
  status.state === 'connected' ? status.target.address : null

describe('behind Sentinels', () => {
  beforeAll(async () => {
    group = await startSentinelGroup({ masterName: 'sessions' })
  }, 60_000)
  afterAll(() => group.stop())

  it('connects to the master that they name, and shows where it is', async () => {
    const { made } = manager()
    const master = await group.master()
    await made.connect(target(), false)
    expect(made.status).toMatchObject({
      state: 'connected',
      target: { label: 'sessions', deployment: 'sentinel', address: address(master.port) },
      server: { role: 'master' },
    })
  })

  it('asks the others where the first one does not answer, and finds those that nobody named', async () => {
    const { made } = manager()
    const [known] = group.sentinels
    await made.connect(target({ port: await freePort(), nodes: known === undefined ? [] : [known] }), false)
    expect(connectedTo(made.status)).toBe(address((await group.master()).port))
  })

  it('says which names there are where none is the one that was asked for', async () => {
    const { made } = manager()
    await expect(made.connect(target({ masterName: 'mymaster' }), false)).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(/watches no master named mymaster\. It watches: sessions\./),
    })
  })

  it('says of each Sentinel why it does not tell', async () => {
    const { made } = manager()
    const closed = await freePort()
    await expect(
      made.connect(target({ port: closed, nodes: [{ host: '127.0.0.1', port: redis.port }] }), false),
    ).rejects.toMatchObject({
      message: expect.stringMatching(
        new RegExp(
          `None of the 2 Sentinels .*Nothing listens at the Sentinel 127\\.0\\.0\\.1:${closed}.*:${redis.port} is no Sentinel but a Redis`,
        ),
      ),
    })
  })

  it('follows a failover by itself, with the same client', async () => {
    const { made, statuses } = manager()
    await made.connect(target(), false)
    const { client } = made.require()
    const next = await group.failover()
    await vi.waitFor(() => expect(connectedTo(made.status)).toBe(address(next.port)), 5000)
    expect(made.require().client).toBe(client)
    await client.set('written', 'here')
    expect(await group.client(next).get('written')).toBe('here')
    expect(statuses.map(({ state }) => state)).toContain('lost')
  }, 40_000)

  it('leaves a master that takes no writes any more, even where nobody tells of it', async () => {
    const { made } = manager()
    await made.connect(target(), false)
    const { client } = made.require()
    const master = await group.master()
    const other = group.nodes.find((node) => node !== master)
    await group.client(master).call('REPLICAOF', '127.0.0.1', String(other?.port ?? 0))
    await expect(client.set('key', 'value')).rejects.toThrow(/READONLY/)
    await vi.waitFor(() => expect(made.status.state).toBe('lost'), 2000)
    // The Sentinels still name it, but it is no master to them who look.
    await vi.waitFor(
      () => expect(made.status).toMatchObject({ reason: expect.stringMatching(/is a replica by now/) }),
      5000,
    )
    await group.client(master).call('REPLICAOF', 'NO', 'ONE')
    await vi.waitFor(() => expect(connectedTo(made.status)).toBe(address(master.port)), 5000)
    await client.set('key', 'value')
  }, 20_000)

  it('finds the new master when the old one is killed', async () => {
    const { made } = manager()
    await made.connect(target(), false)
    const doomed = await group.master()
    await doomed.stop()
    await vi.waitFor(() => expect(made.status.state).toBe('lost'), 2000)
    const next = await vi.waitFor(
      async () => {
        const now = await group.master()
        if (now === doomed) throw new Error('no other master yet')
        return now
      },
      { timeout: 30_000, interval: 50 },
    )
    const there = Date.now()
    await vi.waitFor(() => expect(connectedTo(made.status)).toBe(address(next.port)), {
      timeout: 5000,
      interval: 20,
    })
    expect(Date.now() - there).toBeLessThan(2000)
  }, 60_000)
})

it('gives the Sentinels their own password', async () => {
  const asked = await startSentinelGroup({ sentinelPassword: 'hush' })
  onEnd(() => asked.stop())
  const [first] = asked.sentinels
  const at = (sentinelPassword?: string) =>
    resolveTarget({
      deployment: 'sentinel',
      ...first,
      ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    })
  const { made } = manager()
  await made.connect(at('hush'), false)
  expect(connectedTo(made.status)).toBe(address(asked.nodes[0]?.port ?? 0))
  const other = manager().made
  await expect(other.connect(at(), false)).rejects.toMatchObject({
    code: 'wrong_password',
    message: expect.stringMatching(/Sentinel .* asks for a password/),
  })
  await expect(other.connect(at('wrong'), false)).rejects.toMatchObject({
    code: 'wrong_password',
    message: expect.stringMatching(/refused the Sentinels/),
  })
}, 60_000)
