import { createHash, createHmac } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Address } from './target.ts'

/** A host's public key as SSH sends it. */
export interface HostKey {
  /** `ssh-ed25519`. */
  readonly type: string
  readonly blob: Buffer
}

/** What the files say of a host's key: `line` is `file:number` of what they say instead. */
export type KnownHost =
  | { readonly state: 'known' | 'unknown' }
  | { readonly state: 'changed' | 'revoked'; readonly line: string }

interface Entry {
  readonly marker: string
  readonly patterns: string
  readonly type: string
  readonly blob: Buffer
  readonly line: string
}

/** `SHA256:…`, as `ssh-keygen -l` shows it. */
export const fingerprintOf = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

/** The type of a key is the first string in it. */
export function parseHostKey(blob: Buffer): HostKey {
  const length = blob.length < 4 ? 0 : blob.readUInt32BE(0)
  return { type: blob.subarray(4, 4 + length).toString('latin1'), blob }
}

/**
 * The known_hosts files of OpenSSH: plain and hashed names, `[host]:port`, wildcards and `@revoked`. Certificates of
 * hosts (`@cert-authority`) are not asked for here, so that those lines say nothing.
 * Source: sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
 */
export class KnownHosts {
  readonly #entries: readonly Entry[]

  private constructor(entries: readonly Entry[]) {
    this.#entries = entries
  }

  /** @param files those that cannot be read count as empty, as they do for ssh */
  static async read(files: readonly string[]): Promise<KnownHosts> {
    const read = await Promise.all(
      files.map(async (file) => parse(await readFile(file, 'utf8').catch(() => ''), file)),
    )
    return new KnownHosts(read.flat())
  }

  check(host: Address, key: HostKey): KnownHost {
    const revoked = this.#of(nameAt(host)).find(
      (entry) => entry.marker === '@revoked' && entry.blob.equals(key.blob),
    )
    if (revoked !== undefined) return { state: 'revoked', line: revoked.line }
    const named = this.#keysOf(nameAt(host))
    if (named.some(({ blob }) => blob.equals(key.blob))) return { state: 'known' }
    const other = named.find(({ type }) => type === key.type)
    if (other !== undefined) return { state: 'changed', line: other.line }
    // Like ssh: a key that is known of the host itself is good at its other ports too.
    const elsewhere = this.#keysOf(host.host.toLowerCase())
    return { state: elsewhere.some(({ blob }) => blob.equals(key.blob)) ? 'known' : 'unknown' }
  }

  /** The types of the keys that are known of a host: to be asked for first, so that a known key is what it shows. */
  typesOf(host: Address): readonly string[] {
    const named = this.#keysOf(nameAt(host))
    return (named.length > 0 ? named : this.#keysOf(host.host.toLowerCase())).map(({ type }) => type)
  }

  #keysOf(name: string): readonly Entry[] {
    return this.#of(name).filter(({ marker }) => marker === '')
  }

  #of(name: string): readonly Entry[] {
    return this.#entries.filter(({ patterns }) => matches(patterns, name))
  }
}

/** What a host is called in the files: with its port where that is not the usual one. */
const nameAt = ({ host, port }: Address): string =>
  port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`

function parse(text: string, file: string): readonly Entry[] {
  return text.split('\n').flatMap((line, at): readonly Entry[] => {
    const words = line.trim().split(/\s+/)
    const marker = words[0]?.startsWith('@') ? (words.shift() ?? '') : ''
    const [patterns = '', type = '', key = ''] = words
    if (patterns === '' || patterns.startsWith('#') || key === '') return []
    const blob = Buffer.from(key, 'base64')
    // A line that is damaged says nothing, and not that the key has changed.
    if (parseHostKey(blob).type !== type) return []
    return [{ marker, patterns, type, blob, line: `${file}:${at + 1}` }]
  })
}

function matches(patterns: string, name: string): boolean {
  if (patterns.startsWith('|1|')) {
    const [, , salt = '', hash = ''] = patterns.split('|')
    return createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64') === hash
  }
  let found = false
  for (const pattern of patterns.toLowerCase().split(',')) {
    const negated = pattern.startsWith('!')
    if (!wildcard(negated ? pattern.slice(1) : pattern).test(name)) continue
    if (negated) return false
    found = true
  }
  return found
}

const wildcard = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  )
