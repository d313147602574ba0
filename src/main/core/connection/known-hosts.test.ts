import { createHmac, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { fingerprintOf, type HostKey, KnownHosts, parseHostKey } from './known-hosts.ts'

const folders: string[] = []
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

const text = (value: Buffer | string): Buffer => {
  const bytes = Buffer.from(value)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
/** A new key as SSH sends it. */
function key(type = 'ssh-ed25519'): HostKey {
  const { publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return parseHostKey(Buffer.concat([text(type), text(raw)]))
}
const line = (names: string, { type, blob }: HostKey) => `${names} ${type} ${blob.toString('base64')}`

async function known(...lines: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'known-hosts-'))
  folders.push(folder)
  const file = join(folder, 'known_hosts')
  await writeFile(file, `${lines.join('\n')}\n`)
  const hosts = await KnownHosts.read([file, join(folder, 'none')])
  return {
    file,
    hosts,
    state: (host: string, shown: HostKey, port = 22) => hosts.check({ host, port }, shown).state,
  }
}

function hashed(name: string): string {
  const salt = randomBytes(20)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}

it('knows a host by its name in any case, one of several, and says which line another key is in', async () => {
  const own = key()
  const { hosts, state, file } = await known('# a comment', '', line('other,Jump.example,10.0.0.1', own))
  expect(state('jump.EXAMPLE', own)).toBe('known')
  expect(state('10.0.0.1', own)).toBe('known')
  expect(state('elsewhere', own)).toBe('unknown')
  expect(hosts.check({ host: 'jump.example', port: 22 }, key())).toEqual({
    state: 'changed',
    line: `${file}:3`,
  })
})

it('knows a host at another port by [host]:port, or by a key that the host itself has', async () => {
  const own = key()
  const other = key()
  const { state } = await known(line('[jump]:2222', own), line('jump', other))
  expect(state('jump', own, 2222)).toBe('known')
  expect(state('jump', other, 2222)).toBe('changed')
  expect(state('jump', other, 2200)).toBe('known')
  expect(state('jump', own, 2200)).toBe('unknown')
})

it('knows hashed names, with and without a port', async () => {
  const own = key()
  const { state } = await known(line(hashed('jump.example'), own), line(hashed('[jump]:2222'), own))
  expect(state('jump.example', own)).toBe('known')
  expect(state('jump', own, 2222)).toBe('known')
  expect(state('jump.example', key())).toBe('changed')
  expect(state('other.example', own)).toBe('unknown')
})

it('knows wildcards and what they leave out', async () => {
  const own = key()
  const { state } = await known(line('*.example,!bad.example,h?st', own))
  expect(state('a.example', own)).toBe('known')
  expect(state('bad.example', own)).toBe('unknown')
  expect(state('host', own)).toBe('known')
  expect(state('hoost', own)).toBe('unknown')
  expect(state('aXexample', own)).toBe('unknown')
})

it('refuses a revoked key, also where another line knows it', async () => {
  const own = key()
  const { state } = await known(line('jump', own), `@revoked ${line('*', own)}`)
  expect(state('jump', own)).toBe('revoked')
  expect(state('jump', own, 2222)).toBe('revoked')
})

it('takes no certificate authority and no damaged line for a key of a host', async () => {
  const own = key()
  const { state } = await known(
    `@cert-authority ${line('jump', own)}`,
    'jump ssh-ed25519 AAAAnonsense',
    'jump',
  )
  expect(state('jump', own)).toBe('unknown')
})

it('asks first for the types that are known, so that another type is not taken for a new host', async () => {
  const rsa = key('ssh-rsa')
  const { hosts, state } = await known(line('jump', rsa))
  expect(hosts.typesOf({ host: 'jump', port: 22 })).toEqual(['ssh-rsa'])
  expect(hosts.typesOf({ host: 'jump', port: 2222 })).toEqual(['ssh-rsa'])
  expect(state('jump', key())).toBe('unknown')
})

it('gives fingerprints as ssh-keygen does', () => {
  // From `ssh-keygen -l` for GitHub's published ed25519 key.
  const github = 'AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl'
  expect(fingerprintOf(Buffer.from(github, 'base64'))).toBe(
    'SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU',
  )
})
