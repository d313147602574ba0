import type { SecretStorage } from '#shared/connections.ts'

/** Encrypts secrets for the disk, with what the host's system has for it. */
export interface SecretBox {
  /** May differ from one time to the next: a keychain is locked, or comes late. */
  available(): Promise<SecretStorage>
  /** Only where something is available. @returns base64 */
  encrypt(text: string): Promise<string>
  /** @throws what cannot be read any more: another user's, another keychain's */
  decrypt(encrypted: string): Promise<string>
}

/** Where secrets are never on disk. */
export const NO_SECRET_BOX: SecretBox = {
  available: async () => 'none',
  encrypt: () => Promise.reject(new Error('This host keeps no secrets on disk.')),
  decrypt: () => Promise.reject(new Error('This host keeps no secrets on disk.')),
}
