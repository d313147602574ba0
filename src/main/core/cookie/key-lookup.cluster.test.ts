import { randomBytes } from 'node:crypto'
import { afterEach, expect, it } from 'vitest'
import { InspectorClient } from '../../../test/inspector-client.ts'
import { useCluster } from '../../../test/use-cluster.ts'

const made = useCluster()
let client: InspectorClient | null = null
afterEach(async () => {
  await client?.inspector.stop()
})

it('cookies lead to sessions on every node of a cluster, in one round trip for each', async () => {
  const ids = Array.from({ length: 30 }, () => randomBytes(24).toString('base64url'))
  for (const id of ids) await made.cluster.client.set(`sess:${id}`, '{"user":"ada"}', 'EX', 600)
  // Under a prefix that only a look at the keys can find.
  const hidden = randomBytes(24).toString('base64url')
  await made.cluster.client.set(`shop-live-${hidden}`, '{"user":"eve"}')
  client = new InspectorClient()
  await client.invoke('connection.connect', {
    deployment: 'cluster',
    host: '127.0.0.1',
    port: made.cluster.port,
  })
  const text = [...ids, hidden].map((id, at) => `s${at}=${id}`).join('; ')
  const { cookies, refused } = await client.invoke('cookie.find', { text, listed: 'session:', secrets: [] })
  expect(refused).toBe(0)
  expect(cookies.map(({ outcome }) => outcome)).toEqual([...ids, hidden].map(() => 'found'))
  const found = cookies.flatMap(({ sessions }) => sessions.map(({ prefix, id }) => `${prefix}${id}`))
  expect(found.sort()).toEqual([...ids.map((id) => `sess:${id}`), `shop-live-${hidden}`].sort())
})
