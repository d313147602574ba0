import { randomBytes } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { RiskReport } from '#shared/risks.ts'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useCluster } from '../../../test/use-cluster.ts'
import { formatTimestamp } from '../store/timestamp.ts'

const made = useCluster()
const clients: InspectorClient[] = []
afterEach(async () => {
  for (const { inspector } of clients.splice(0)) await inspector.stop()
  await made.cluster.flush()
})

const INDEX =
  'index:org.springframework.session.FindByIndexNameSessionRepository.PRINCIPAL_NAME_INDEX_NAME:ada'

/** Looks at a prefix of the cluster, and reads the values. */
async function read(prefix: string): Promise<{ client: InspectorClient; report: RiskReport }> {
  const client = new InspectorClient()
  clients.push(client)
  await client.invoke('connection.connect', {
    deployment: 'cluster',
    host: '127.0.0.1',
    port: made.cluster.port,
  })
  await vi.waitFor(async () => {
    const window = await client.invoke('list.window', {
      ...{ prefix, columns: ['username'], filter: '', offset: 0, limit: 10 },
      sort: { by: 'id', direction: 'ascending' },
    })
    expect(window.phase).toBe('complete')
  }, 15_000)
  await client.invoke('risks.report', { prefix })
  await client.invoke('risks.read', { prefix, on: true })
  const report = await vi.waitFor(async () => {
    const now = await client.invoke('risks.report', { prefix })
    expect(now.values).toMatchObject({ phase: 'waiting', read: now.values.total })
    expect(now.values.indexes).not.toBeNull()
    return now
  }, 15_000)
  return { client, report }
}

describe('a report on a cluster', () => {
  it('reads the values on every node, and names indexes that no single step can mend', async () => {
    const moment = formatTimestamp(Date.now())
    const reserved = { created_at: moment, last_accessed_at: moment, session_ttl: '1800' }
    const ids = Array.from({ length: 60 }, () => randomBytes(32).toString('base64url'))
    await Promise.all(
      ids.map(async (id, n) => {
        await made.cluster.client.hset(`session:${id}`, { ...reserved, username: `u${n}` })
        await made.cluster.client.expire(`session:${id}`, 1800)
      }),
    )
    await Promise.all(
      ids.slice(0, 9).map((id) => made.cluster.client.hset(`session:${id}`, 'password', 'hunter22')),
    )
    await made.cluster.client.persist(`session:${ids[9]}`)
    await made.cluster.client.sadd(`session:${INDEX}`, '"gone"')
    const { client, report } = await read('session:')
    expect(report.findings).toMatchObject([
      { id: 'passwords', count: 9 },
      { id: 'no_ttl', count: 1 },
      { id: 'orphaned_members', count: 1 },
    ])
    expect(report.values).toMatchObject({ read: 60, total: 60, failure: null })
    expect(await client.invoke('risks.orphans', { prefix: 'session:' })).toMatchObject({
      members: 0,
      elsewhere: 1,
    })
  })

  it('removes orphaned entries where index and sessions lie in one slot, and takes that back', async () => {
    const prefix = '{app}:'
    await made.cluster.client.sadd(prefix + INDEX, '"gone"', '"alive"')
    await made.cluster.client.hset(`${prefix.slice(0, -1)}:sessions:alive`, {
      creationTime: String(Date.now()),
      lastAccessedTime: String(Date.now()),
      maxInactiveInterval: '1800',
    })
    const { client } = await read(prefix)
    const { mark, members } = await client.invoke('risks.orphans', { prefix })
    expect(members).toBe(1)
    expect(await client.invoke('risks.removeMembers', { prefix, mark })).toMatchObject({
      removed: 1,
      left: 0,
    })
    expect(await made.cluster.client.smembers(prefix + INDEX)).toEqual(['"alive"'])
    await client.invoke('history.undo', {})
    expect((await made.cluster.client.smembers(prefix + INDEX)).sort()).toEqual(['"alive"', '"gone"'])
  })
})
