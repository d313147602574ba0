import { afterEach, describe, expect, it } from 'vitest'
import type { DemoStatus } from '#shared/model.ts'
import { useRedis } from '../../../test/redis.ts'
import { SessionStore } from '../store/session-store.ts'
import { DemoService } from './demo-service.ts'

const redis = useRedis()
const statuses: DemoStatus[] = []
const demo = new DemoService({
  statusChanged: (status) => statuses.push(status),
  requested: () => {},
  report: (error) => expect.unreachable(String(error)),
})
afterEach(async () => {
  await demo.stop()
  statuses.length = 0
})

const start = (port = 0) => demo.start(new SessionStore({ client: redis.client }), port)
const urlOf = (status: DemoStatus) => (status.state === 'running' ? status.url : '')

describe('the demo server of the app', () => {
  it('is one at a time, also when it is started twice at once', async () => {
    const [first, second] = (await Promise.all([start(), start()])).map(urlOf)
    await expect(fetch(`${first}/session`)).rejects.toThrow()
    expect((await fetch(`${second}/session`)).status).toBe(200)
    expect(statuses.map(({ state }) => state)).toEqual(['running', 'stopped', 'running'])
  })

  it('does not run after a stop that came while it was starting', async () => {
    const starting = start()
    expect(await demo.stop()).toEqual({ state: 'stopped' })
    await expect(fetch(`${urlOf(await starting)}/session`)).rejects.toThrow()
    expect(demo.status).toEqual({ state: 'stopped' })
  })

  it('can be started again after a port that was busy', async () => {
    await expect(start(redis.port)).rejects.toMatchObject({ code: 'port_in_use' })
    expect(await start()).toMatchObject({ state: 'running' })
  })
})
