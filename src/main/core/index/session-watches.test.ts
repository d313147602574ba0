import { expect, it, vi } from 'vitest'
import { useRedis } from '../../../test/redis.ts'
import { SessionWatches } from './session-watches.ts'

const redis = useRedis()

it('tells of no change any more once it has ended, also of one that is being read', async () => {
  await redis.client.hset('session:a', 'views', '1')
  const onError = (error: unknown) => expect.unreachable(String(error))
  const watches = new SessionWatches({
    client: redis.client,
    prefix: 'session:',
    clock: Date.now,
    onError,
  })
  const [ended, kept] = [vi.fn(), vi.fn()]
  const { stop } = await watches.add('a', ended)
  await watches.add('a', kept)
  await redis.client.hset('session:a', 'views', '2')
  watches.refresh()
  stop()
  await vi.waitFor(() => expect(kept).toHaveBeenCalledOnce())
  expect(ended).not.toHaveBeenCalled()
})
