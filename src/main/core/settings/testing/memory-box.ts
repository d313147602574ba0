import type { SecretStorage } from '#shared/connections.ts'
import type { SecretBox } from '../secret-box.ts'

/** A keychain in memory: what it encrypts nobody else can read, and it cannot either once it is another one. */
export class MemoryBox implements SecretBox {
  storage: SecretStorage = 'keychain'
  /** Raised when the keychain is another one. */
  generation = 1

  available(): Promise<SecretStorage> {
    return Promise.resolve(this.storage)
  }

  async encrypt(text: string): Promise<string> {
    return Buffer.from(`${this.generation}:${[...text].toReversed().join('')}`).toString('base64')
  }

  async decrypt(encrypted: string): Promise<string> {
    const [generation, text = ''] = Buffer.from(encrypted, 'base64').toString().split(/:(.*)/s)
    if (Number(generation) !== this.generation) throw new Error(`This keychain did not write ${text}.`)
    return [...text].toReversed().join('')
  }
}
