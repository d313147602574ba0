import type { StoredSession } from '../stored-session.ts'
import { aspnet, fixture, php, python, ruby, spring, storedHash, storedString } from './fixtures.ts'

export const SPRING_KEY = 'spring:session:sessions:33fdd1b6-b496-4b33-9f7d-df96679d32fe'
export const EXPRESS = (cookie: string, more = '') => `{"cookie":${cookie}${more}}`
export const EXPRESS_COOKIE =
  '{"originalMaxAge":3600000,"expires":"2026-04-02T13:34:56.000Z","httpOnly":true,"path":"/"}'
export const FASTIFY_COOKIE =
  '{"expires":"2026-04-02T13:34:56.000Z","originalMaxAge":3600000,"sameSite":null,"secure":true,"path":"/","httpOnly":true,"domain":null}'
export const AUTH = '{"sessionToken":"t0ken","userId":"u-1","expires":"2026-04-02T13:34:56.000Z"}'
export const GUIDE = {
  username: 'ada',
  created_at: '2026-04-02T12:34:56+00:00',
  last_accessed_at: '2026-04-02T12:35:56+00:00',
  session_ttl: '60',
}

/** A key of each format, in every encoding that it has, and who is logged in. */
export const KEYS: readonly (readonly [format: string, stored: StoredSession, user: string | null])[] = [
  ['guide', storedHash('session:4f1c', GUIDE), 'ada'],
  ['connect-redis', storedString('sess:abc', EXPRESS(EXPRESS_COOKIE, ',"passport":{"user":"ada"}')), 'ada'],
  [
    'connect-redis',
    storedString('session:abc', EXPRESS('{"originalMaxAge":null,"expires":null,"httpOnly":true,"path":"/"}')),
    null,
  ],
  ['fastify-session', storedString('sess:abc', EXPRESS(FASTIFY_COOKIE, ',"user":{"id":7}')), '7'],
  ['auth-js', storedString('user:session:t0ken', AUTH), 'u-1'],
  ['auth-js', storedString('user:session:by-user-id:u-1', 'user:session:t0ken'), 'u-1'],
  ['spring-session', storedHash(SPRING_KEY, fixture(spring, 'default')), 'ada'],
  ['spring-session', storedHash(SPRING_KEY, fixture(spring, 'indexed')), 'ada'],
  ['spring-session', storedString('spring:session:sessions:expires:33fd', ''), null],
  [
    'flask-session',
    storedString('session:Yx8kQ2v1nB4mT6pZ9cRdWf', fixture(python, 'flask-msgpack').value),
    'ada',
  ],
  [
    'flask-session',
    storedString('session:Yx8kQ2v1nB4mT6pZ9cRdWf', fixture(python, 'flask-json').value),
    'ada',
  ],
  [
    'flask-session',
    storedString(fixture(python, 'flask-pickle').key, fixture(python, 'flask-pickle').value),
    '42',
  ],
  [
    'django-cache',
    storedString(fixture(python, 'django-cache').key, fixture(python, 'django-cache').value),
    '7',
  ],
  ...['django-redis-sessions', 'django-redis-sessions-compressed', 'django-redis-sessions-legacy'].map(
    (name): readonly [string, StoredSession, string] => {
      const { key, value } = fixture(python, name)
      return ['django-redis-sessions', storedString(key, value), '7']
    },
  ),
  ...['php', 'php_serialize', 'php_binary'].map((handler): readonly [string, StoredSession, string] => [
    'phpredis',
    storedString('PHPREDIS_SESSION:4b1', fixture(php, handler)),
    'ada',
  ]),
  ['laravel', storedString(`app_database_app_cache:${'aB3'.repeat(13)}x`, fixture(php, 'laravel')), '7'],
  ['laravel', storedString(`app_database_app_cache:${'aB3'.repeat(13)}x`, fixture(php, 'laravel-json')), '7'],
  [
    'laravel',
    storedString(`app_database_app_cache:${'aB3'.repeat(13)}x`, fixture(php, 'laravel-encrypted')),
    null,
  ],
  ['redis-session-store', storedString(fixture(ruby, 'marshal').key, fixture(ruby, 'marshal').value), '7'],
  ['redis-session-store', storedString(fixture(ruby, 'json').key, fixture(ruby, 'json').value), '7'],
  ['aspnet-core', storedHash('app:6f9b', aspnet.sliding), 'ada'],
  ['other', storedString('custom:1', '{"user":"ada","n":1}'), 'ada'],
]
