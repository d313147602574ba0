import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import type { CommandWord, LoggedCommand } from '#shared/commands.ts'
import type { PublicTarget } from '#shared/model.ts'
import { CommandClient } from '../main/core/journal/testing/command-client.ts'
import {
  shellLine,
  shellScript,
  wordsOf,
  wordsWithSource,
} from '../renderer/src/features/commands/command-lines.ts'
import { useRedis } from './redis.ts'

const redis = useRedis()
const started: CommandClient[] = []
afterEach(async () => {
  for (const client of started.splice(0)) await client.inspector.stop()
})

const run = promisify(execFile)
/** Pastes a line into a shell that has a real redis-cli. */
const paste = async (line: string): Promise<string> => {
  const { stdout, stderr } = await run('bash', ['-c', line], { encoding: 'buffer' })
  expect(stderr.toString()).toBe('')
  return stdout.toString()
}
const hasRedisCli = await run('redis-cli', ['--version']).then(
  () => true,
  () => false,
)

async function connected(): Promise<{ readonly client: CommandClient; readonly target: PublicTarget }> {
  const client = new CommandClient()
  started.push(client)
  const status = await client.invoke('connection.connect', { port: redis.port, db: 3 })
  if (status.state !== 'connected') throw new Error('not connected')
  await redis.client.select(3)
  return { client, target: status.target }
}

const ODD = [
  `it's "quoted" \\ and $HOME \`id\` !!`,
  'two\nlines\r\n\ttabbed',
  'ünïcödé 🗝️ 日本語',
  '',
  ' ',
  '-n',
  '*',
  '{"a":"b"}',
  '\u0001\u007f\u0085',
  'a\u0000b',
]

it.skipIf(!hasRedisCli)('a copied HSET has the same effect when it is pasted into a shell', async () => {
  const { target } = await connected()
  for (const value of [
    ...ODD,
    { base64: Buffer.from([0xff, 0x00, 0xfe, 0x22, 0x5c, 0x27]).toString('base64') },
    { base64: '/w==' },
  ]) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : Buffer.from(value.base64, 'base64')
    const words: readonly CommandWord[] = ['HSET', 'key of "it"', value, value]
    await redis.client.del('key of "it"')
    expect(await paste(shellLine(target, words))).toBe('1\n')
    const reply = (await redis.client.callBuffer('HGETALL', 'key of "it"')) as readonly Buffer[]
    expect(reply).toEqual([bytes, bytes])
  }
})

it.skipIf(!hasRedisCli)('a copied script has the same effect, by its hash and with its source', async () => {
  const { client, target } = await connected()
  // What holds a zero byte is left out of scripts' arguments: it may be a serialised key.
  for (const value of ODD.filter((text) => !text.includes('\u0000'))) {
    const { id } = await client.invoke('session.create', {
      prefix: "it's ",
      fields: { theme: 'dark' },
      ttl: 600,
    })
    const edit = { prefix: "it's ", id, field: 'theme', shown: 'dark', value }
    await client.invoke('session.setField', edit)
    const entry = (await client.log({ text: 'changed a field', kinds: ['writes'] })).at(-1) as LoggedCommand
    const { source } = await client.invoke('commands.script', { sha: entry.script?.sha ?? '' })
    const sha = entry.name === 'EVALSHA'
    for (const line of [
      shellLine(target, wordsWithSource(entry, source)),
      ...(sha ? [shellLine(target, wordsOf(entry))] : []),
    ]) {
      await redis.client.hset(`it's ${id}`, 'theme', 'dark')
      expect(await paste(line)).toContain('done')
      expect(await redis.client.hget(`it's ${id}`, 'theme')).toBe(value)
    }
  }
})

it.skipIf(!hasRedisCli)(
  'all that is shown runs over one connection, in order, transactions too',
  async () => {
    const { client, target } = await connected()
    const { id } = await client.invoke('session.create', {
      prefix: 'session:',
      fields: { theme: 'x "y"\nz' },
      ttl: 600,
    })
    const before = (await client.page()).newest
    await client.invoke('session.watch', { prefix: 'session:', id })
    await client.invoke('session.touch', { prefix: 'session:', id })
    await client.invoke('session.touch', { prefix: 'session:', id })
    const { rows } = await client.page({ kinds: ['reads', 'writes'] })
    const entries = rows.filter(({ number, name }) => number > before && !name.startsWith('EVAL'))
    const script = shellScript(target, entries.toReversed().map(wordsOf))
    expect(script.split('\n').slice(1, 7)).toEqual([
      `MEMORY USAGE session:${id}`,
      'MULTI',
      `TYPE session:${id}`,
      `PTTL session:${id}`,
      `HGETALL session:${id}`,
      'EXEC',
    ])
    const out = await paste(script)
    expect(out.match(/QUEUED/g)?.length).toBeGreaterThanOrEqual(3)
    expect(out).toContain('hash')
    expect(out).toContain('x "y"')
  },
)

it('what is left out makes a line a comment, so that nothing is written in its place', async () => {
  const { client, target } = await connected()
  await client.invoke('session.create', { prefix: 'session:', fields: { password: 'hunter2' }, ttl: 600 })
  const entries = (await client.page({ kinds: ['writes'] })).rows
  const create = entries.find(({ purpose }) => purpose === 'created a session') as LoggedCommand
  const line = shellLine(target, wordsOf(create))
  expect(line).toMatch(/^# secrets and the source left out: redis-cli -h 127\.0\.0\.1 -p \d+ -n 3 EVAL/)
  expect(line).toContain("password '<secret>'")
  const source = await client.invoke('commands.script', { sha: create.script?.sha ?? '' })
  expect(shellLine(target, wordsWithSource(create, source.source))).toMatch(/^# secrets left out: /)
  expect(shellScript(target, [wordsOf(create)])).toMatch(/^# /)
  for (const text of [line, shellScript(target, [wordsOf(create)])]) expect(await paste(text)).toBe('')
})
