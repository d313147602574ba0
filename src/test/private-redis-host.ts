/** A host that starts a private Redis which keeps its data, says which, and waits to be killed. */
import { Redis } from 'ioredis'
import { PrivateRedis } from '../main/core/connection/private-redis.ts'

const [folder = '', keep = ''] = process.argv.slice(2)
const privateRedis = new PrivateRedis({ dataFolder: folder, onChange: () => {} })
const { port, password } = await privateRedis.start({ keep: keep === 'keep' })
const client = new Redis({ port, ...(password === null ? {} : { password }) })
await client.set('session:a', 'kept', 'EX', 1000)
console.log(port)
