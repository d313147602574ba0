import { afterEach } from 'vitest'
import type { TestRedis } from '../../../../test/redis.ts'
import { SessionStore } from '../../store/session-store.ts'
import { type DemoOptions, type DemoServer, startDemoServer } from '../demo-server.ts'
import { Visitor } from './visitor.ts'

export interface TestDemo {
  /** A demo server on a free port with a default TTL of 60 s, stopped after the test. */
  start(options?: Partial<DemoOptions>): Promise<DemoServer>
  /** Starts a server and somebody who visits it. */
  visit(options?: Partial<DemoOptions>): Promise<Visitor>
}

export function useDemo(redis: TestRedis): TestDemo {
  const running: DemoServer[] = []
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()))
  })
  const start = async (options: Partial<DemoOptions> = {}) => {
    const store = options.store ?? new SessionStore({ client: redis.client, ttl: 60 })
    const server = await startDemoServer({ port: 0, ...options, store })
    running.push(server)
    return server
  }
  return { start, visit: async (options) => new Visitor(await start(options)) }
}
