import ssh2 from 'ssh2'
import { tunnelFailure } from './ssh-errors.ts'
import type { SshSettings } from './target.ts'

/** @throws AppError where the settings name a key that cannot be used */
export function checkPrivateKey({ method, privateKey, passphrase }: SshSettings): void {
  if (method !== 'key') return
  if (privateKey === null) throw tunnelFailure('There is no private key for SSH. Give the text of one.')
  const parsed = ssh2.utils.parseKey(privateKey, passphrase ?? undefined)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  if (!(key instanceof Error)) {
    if (key?.isPrivateKey()) return
    throw tunnelFailure('This is a public key. SSH needs the private one: the file without .pub.')
  }
  if (passphrase === null && /encrypted/i.test(key.message)) {
    throw tunnelFailure('The private key for SSH has a passphrase. Enter it.', key)
  }
  if (passphrase !== null && !/unsupported key format/i.test(key.message)) {
    throw tunnelFailure('The passphrase of the private key for SSH is wrong. Check it.', key)
  }
  throw tunnelFailure(
    `The private key for SSH cannot be read (${key.message}). Give the whole text of a key in OpenSSH’s or PEM format.`,
    key,
  )
}
