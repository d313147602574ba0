import type { SecretStorage } from '#shared/connections.ts'
import type { SecretBox } from '../../core/settings/secret-box.ts'

/**
 * What this adapter needs of Electron's `safeStorage`. The calls that do not block come first; where they are not to
 * be had the others do.
 */
export interface SafeStorage {
  isAsyncEncryptionAvailable?(): Promise<boolean>
  encryptStringAsync?(text: string): Promise<Buffer>
  decryptStringAsync?(encrypted: Buffer): Promise<{ readonly result: string }>
  isEncryptionAvailable(): boolean
  encryptString(text: string): Buffer
  decryptString(encrypted: Buffer): string
  getSelectedStorageBackend?(): string
  setUsePlainTextEncryption?(on: boolean): void
}

/** Keeps secrets with the system's keychain. Only to be asked once the app is ready. */
export function createSecretBox(storage: SafeStorage, platform: NodeJS.Platform): SecretBox {
  /** Without a keyring Chromium encrypts with a password that everybody can look up. */
  const isPlain = () => platform === 'linux' && storage.getSelectedStorageBackend?.() === 'basic_text'
  /** Electron refuses that until it is allowed, and allows it of the blocking calls alone. */
  const plain = () => {
    storage.setUsePlainTextEncryption?.(true)
    return storage
  }
  return {
    async available(): Promise<SecretStorage> {
      if (isPlain()) return 'plain'
      const available = (await storage.isAsyncEncryptionAvailable?.()) ?? storage.isEncryptionAvailable()
      return available ? 'keychain' : 'none'
    },
    async encrypt(text) {
      const encrypted = isPlain()
        ? plain().encryptString(text)
        : ((await storage.encryptStringAsync?.(text)) ?? storage.encryptString(text))
      return encrypted.toString('base64')
    },
    async decrypt(encrypted) {
      const bytes = Buffer.from(encrypted, 'base64')
      if (isPlain()) return plain().decryptString(bytes)
      return (await storage.decryptStringAsync?.(bytes))?.result ?? storage.decryptString(bytes)
    },
  }
}
