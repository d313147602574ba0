import { describe, expect, it } from 'vitest'
import { createSecretBox, type SafeStorage } from './secrets.ts'

/** As Electron documents it: with a keyring, or on a Linux without one until plain text is allowed. */
function storage(backend: string, available = true): SafeStorage & { readonly calls: string[] } {
  const calls: string[] = []
  let allowed = available
  const encrypt = (text: string) => Buffer.from(text).toString('hex')
  const blocking = (name: string) => {
    calls.push(name)
    if (!allowed) throw new Error('Encryption is not available.')
  }
  return {
    calls,
    isEncryptionAvailable: () => allowed,
    encryptString(text) {
      blocking('encryptString')
      return Buffer.from(encrypt(text))
    },
    decryptString(bytes) {
      blocking('decryptString')
      if (!/^[0-9a-f]*$/.test(bytes.toString())) throw new Error('Error while decrypting the ciphertext')
      return Buffer.from(bytes.toString(), 'hex').toString()
    },
    getSelectedStorageBackend: () => backend,
    setUsePlainTextEncryption: (on) => {
      allowed = on
    },
  }
}

const isolated = (blocking: SafeStorage): SafeStorage => ({
  ...blocking,
  isAsyncEncryptionAvailable: async () => blocking.isEncryptionAvailable(),
  encryptStringAsync: async (text) => Buffer.from(`async ${text}`),
  decryptStringAsync: async (bytes) => ({ result: bytes.toString().replace('async ', '') }),
})

describe('secrets in Electron', () => {
  it.each([
    ['linux', 'gnome_libsecret', true, 'keychain'],
    ['linux', 'basic_text', false, 'plain'],
    ['linux', 'kwallet6', false, 'none'],
    ['darwin', 'basic_text', true, 'keychain'],
    ['win32', 'basic_text', false, 'none'],
  ] as const)('on %s with %s, available %s, are kept by: %s', async (platform, backend, available, kept) => {
    expect(await createSecretBox(storage(backend, available), platform).available()).toBe(kept)
  })

  it('come back as they were, whatever they are', async () => {
    const box = createSecretBox(storage('gnome_libsecret'), 'linux')
    const encrypted = await box.encrypt('pä55 wörd\n')
    expect(Buffer.from(encrypted, 'base64').toString('base64')).toBe(encrypted)
    expect(await box.decrypt(encrypted)).toBe('pä55 wörd\n')
  })

  it('are encrypted by the calls that do not block, where there are some', async () => {
    const blocking = storage('gnome_libsecret')
    const box = createSecretBox(isolated(blocking), 'linux')
    expect(await box.decrypt(await box.encrypt('secret'))).toBe('secret')
    expect(blocking.calls).toEqual([])
  })

  it('without a keyring are encrypted once that is allowed, by the calls that it is allowed of', async () => {
    const blocking = storage('basic_text', false)
    const box = createSecretBox(isolated(blocking), 'linux')
    expect(await box.decrypt(await box.encrypt('secret'))).toBe('secret')
    expect(blocking.calls).toEqual(['encryptString', 'decryptString'])
  })

  it('of another keychain are refused', async () => {
    const box = createSecretBox(storage('gnome_libsecret'), 'linux')
    await expect(box.decrypt(Buffer.from('not ours').toString('base64'))).rejects.toThrow(/decrypting/)
  })
})
