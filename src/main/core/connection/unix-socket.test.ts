import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { useConnections } from '../../../test/connections.ts'
import { findRedisServer, type RedisProcess, startRedisProcess } from './redis-process.ts'
import { resolveTarget } from './target.ts'

const { manager } = useConnections()
let directory = ''
let server: RedisProcess
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'socket-'))
  const binary = (await findRedisServer())?.path ?? 'redis-server'
  server = await startRedisProcess(binary, ['--unixsocket', join(directory, 'redis.sock')])
})
afterAll(async () => {
  await server.stop()
  await rm(directory, { recursive: true })
})

const connect = async (name: string) => {
  const { made } = manager()
  await made.connect(resolveTarget({ path: join(directory, name), db: 2 }), false)
  return made
}

it('connects by a Unix socket', async () => {
  const made = await connect('redis.sock')
  const path = join(directory, 'redis.sock')
  expect(made.status).toMatchObject({
    state: 'connected',
    target: { path, label: path, address: path, db: 2 },
  })
  expect(await made.require().client.client('INFO')).toMatch(/ db=2 /)
})

it('says that there is no socket, and that a file is none', async () => {
  await expect(connect('none.sock')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/There is no socket .*none\.sock\. .*unixsocket in redis\.conf/),
  })
  await writeFile(join(directory, 'file'), '')
  await expect(connect('file')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/no socket/),
  })
})

// Root may open any socket.
it.skipIf(process.getuid?.() === 0)('says that one may not open it', async () => {
  await chmod(join(directory, 'redis.sock'), 0o000)
  await expect(connect('redis.sock')).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringMatching(/may not open the socket .*unixsocketperm/),
  })
})
