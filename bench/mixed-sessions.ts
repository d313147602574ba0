import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { FormatId } from '#shared/formats.ts'
import { detect } from '../src/main/core/formats/registry.ts'
import {
  aspnet,
  fixture,
  php,
  python,
  ruby,
  spring,
  storedHash,
  storedString,
} from '../src/main/core/formats/testing/fixtures.ts'
import { PREFIX } from './setup.ts'

/* Sessions of every library whose format is known, in proportions and sizes as one meets them. */

type Value = string | Buffer
interface Made {
  /** After the prefix. */
  readonly id: string
  /** A string, or the fields of a hash. */
  readonly content: Value | Readonly<Record<string, Value>>
  /** Milliseconds; null where the library sets none. */
  readonly ttl: number | null
}

interface Kind {
  /** Of a hundred keys. */
  readonly share: number
  readonly format: FormatId
  make(number: number): Made
}

const hex = (bytes: number): string => randomBytes(bytes).toString('hex')
const word = (bytes: number): string => randomBytes(bytes).toString('base64url')
const spread = (number: number): number => 7_200_000 + ((number * 7919) % 86_400_000)
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
/** One of some hundred users, of three letters as the one in the fixtures is. */
const userOf = (number: number): string =>
  [number % 7, (number / 7) % 11, (number / 77) % 13].map((at) => LETTERS[Math.floor(at)]).join('')

/** A fixture's bytes with another user: the lengths that its encoding tells stay right. */
const renamed = (value: Buffer, number: number): Buffer =>
  Buffer.from(value.toString('latin1').replaceAll('ada', userOf(number)), 'latin1')
const renamedFields = (fields: Readonly<Record<string, Buffer>>, number: number): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, renamed(value, number)]))

const cookieOf = (number: number) => ({
  originalMaxAge: 86_400_000,
  expires: new Date(Date.now() + spread(number)).toISOString(),
  secure: true,
  httpOnly: true,
  path: '/',
  sameSite: 'lax',
})
const appData = (number: number) => ({
  passport: { user: userOf(number) },
  csrfSecret: word(18),
  returnTo: `/orders/${number % 997}`,
  cart: { items: [{ sku: `A-${number % 61}`, quantity: 1 + (number % 3) }], total: number % 500 },
  theme: number % 2 === 0 ? 'dark' : 'light',
})

/** What Python's pickle makes of a dictionary of short texts, by its fourth protocol. */
function pickled(entries: Readonly<Record<string, string>>): Buffer {
  const texts = Object.entries(entries)
    .flat()
    .map((text) =>
      Buffer.concat([Buffer.of(0x8c, Buffer.byteLength(text)), Buffer.from(text), Buffer.of(0x94)]),
    )
  const body = Buffer.concat([Buffer.from([0x7d, 0x94, 0x28]), ...texts, Buffer.from('u.')])
  const head = Buffer.from([0x80, 0x04, 0x95, 0, 0, 0, 0, 0, 0, 0, 0])
  head.writeUInt32LE(body.length, 3)
  return Buffer.concat([head, body])
}

const djangoValue = (number: number): Buffer =>
  // One in ten is of four kilobytes, which is what the list reads of a string.
  number % 10 === 0
    ? fixture(python, 'django-cache').value
    : pickled({
        _auth_user_id: String(number % 997),
        _auth_user_backend: 'django.contrib.auth.backends.ModelBackend',
        _auth_user_hash: hex(32),
        cart: `A-${number % 61}`,
        theme: 'dark',
      })

const springFields = (number: number): Record<string, Value> => ({
  creationTime: String(Date.now() - 3_600_000 - number),
  lastAccessedTime: String(Date.now() - (number % 1800) * 1000),
  maxInactiveInterval: '1800',
  'sessionAttr:username': JSON.stringify(userOf(number)),
  'sessionAttr:cart': JSON.stringify(appData(number).cart),
})

const own = (number: number): Record<string, Value> => ({
  created_at: new Date(Date.now() - 86_400_000 - number).toISOString(),
  last_accessed_at: new Date(Date.now() - number).toISOString(),
  session_ttl: '86400',
  username: `user-${number % 997}`,
  page_views: String(number % 61),
})

const kind = (share: number, format: FormatId, make: Kind['make']): Kind => ({ share, format, make })

const KINDS: readonly Kind[] = [
  kind(10, 'guide', (number) => ({ id: word(32), content: own(number), ttl: spread(number) })),
  kind(20, 'connect-redis', (number) => ({
    id: `sess:${word(24)}`,
    content: JSON.stringify({ cookie: cookieOf(number), ...appData(number) }),
    ttl: spread(number),
  })),
  kind(5, 'fastify-session', (number) => {
    const { expires, originalMaxAge, ...cookie } = cookieOf(number)
    const content = JSON.stringify({ cookie: { expires, originalMaxAge, ...cookie }, ...appData(number) })
    return { id: word(24), content, ttl: spread(number) }
  }),
  kind(6, 'auth-js', (number) => {
    const sessionToken = randomUUID()
    const expires = new Date(Date.now() + spread(number)).toISOString()
    const content = JSON.stringify({ sessionToken, userId: userOf(number), expires })
    return { id: `user:session:${sessionToken}`, content, ttl: null }
  }),
  kind(2, 'auth-js', (number) => ({
    id: `user:session:by-user-id:${number}`,
    content: `${PREFIX}user:session:${randomUUID()}`,
    ttl: null,
  })),
  kind(6, 'spring-session', (number) => ({
    id: `spring:session:sessions:${randomUUID()}`,
    content: renamedFields(fixture(spring, 'default'), number),
    ttl: 1_800_000,
  })),
  kind(5, 'spring-session', (number) => ({
    id: `spring:session:sessions:${randomUUID()}`,
    content: renamedFields(fixture(spring, 'indexed'), number),
    ttl: 2_100_000,
  })),
  kind(5, 'spring-session', () => ({
    id: `spring:session:sessions:expires:${randomUUID()}`,
    content: '',
    ttl: 1_800_000,
  })),
  kind(4, 'spring-session', (number) => ({
    id: `spring:session:sessions:${randomUUID()}`,
    content: springFields(number),
    ttl: 1_800_000,
  })),
  kind(5, 'flask-session', (number) => ({
    id: word(32),
    content: renamed(fixture(python, 'flask-msgpack').value, number),
    ttl: spread(number),
  })),
  kind(2, 'flask-session', (number) => ({
    id: word(32),
    content: renamed(fixture(python, 'flask-json').value, number),
    ttl: spread(number),
  })),
  kind(7, 'django-cache', (number) => ({
    id: `:1:django.contrib.sessions.cache${hex(16)}`,
    content: djangoValue(number),
    ttl: spread(number),
  })),
  kind(2, 'django-redis-sessions', (number) => ({
    id: hex(16),
    content: fixture(python, 'django-redis-sessions').value,
    ttl: spread(number),
  })),
  kind(6, 'phpredis', (number) => ({
    id: `PHPREDIS_SESSION:${hex(13)}`,
    content: renamed(fixture(php, 'php'), number),
    ttl: 1_440_000,
  })),
  kind(5, 'laravel', (number) => ({
    id: `app_database_app_cache:${hex(20)}`,
    content: fixture(php, 'laravel'),
    ttl: spread(number),
  })),
  kind(2, 'redis-session-store', (number) => ({
    id: `2::${hex(32)}`,
    content: fixture(ruby, 'marshal').value,
    ttl: spread(number),
  })),
  kind(2, 'redis-session-store', (number) => ({
    id: `2::${createHash('sha256').update(String(number)).digest('hex')}`,
    content: fixture(ruby, 'json').value,
    ttl: spread(number),
  })),
  kind(5, 'aspnet-core', (number) => ({
    id: `app${randomUUID()}`,
    content: { ...aspnet.sliding, data: renamed(aspnet.sliding.data, number) },
    ttl: 1_200_000,
  })),
  kind(1, 'other', (number) => ({
    id: `cache:${number}`,
    content: JSON.stringify({ rates: { eur: 1.1 }, at: number }),
    ttl: spread(number),
  })),
]

/** A kind for each of a hundred keys, those of one kind not side by side. */
const TURNS: readonly Kind[] = KINDS.flatMap((one) =>
  Array.from({ length: one.share }, (_, at) => ({ one, place: (at + 0.5) / one.share })),
)
  .toSorted((a, b) => a.place - b.place)
  .map(({ one }) => one)

const AT_ONCE = 1000

/** Writes so many keys under the prefix. @throws Error for a kind that is not known for what it is: then nothing is measured */
export async function fillMixed(client: Redis, count: number): Promise<void> {
  for (const one of KINDS) checkKind(one)
  for (let first = 0; first < count; first += AT_ONCE) {
    const pipeline = client.pipeline()
    for (let number = first; number < Math.min(count, first + AT_ONCE); number += 1) {
      const turn = TURNS[number % TURNS.length]
      if (turn === undefined) throw new Error('there are kinds')
      const { id, content, ttl } = turn.make(number)
      const key = PREFIX + id
      if (typeof content === 'string' || Buffer.isBuffer(content)) pipeline.set(key, content)
      else pipeline.hset(key, content)
      if (ttl !== null) pipeline.pexpire(key, ttl)
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error
  }
  const made = await client.dbsize()
  if (made !== count) throw new Error(`${made} keys were made, not ${count}.`)
}

function checkKind({ format, make }: Kind): void {
  const { id, content } = make(1)
  const stored =
    typeof content === 'string' || Buffer.isBuffer(content)
      ? storedString(PREFIX + id, content)
      : storedHash(PREFIX + id, content)
  const found = detect(stored)?.format.id
  if (found !== format)
    throw new Error(`A key of ${format} is taken for ${found ?? 'nothing that is known'}.`)
}
