import {
  isSecret,
  type KeptName,
  type KeptTexts,
  SECRET_NAMES,
  type SecretName,
} from '#shared/connections.ts'
import type { SecretBox } from './secret-box.ts'
import type { StoredConnection } from './settings-schema.ts'

type Secrets = Partial<Record<SecretName, string>>

/** The secrets of saved connections: encrypted in the file, or in memory for as long as the inspector runs. */
export class SavedSecrets {
  readonly #box: SecretBox
  readonly #memory = new Map<string, Secrets>()
  /** Those of the file that could not be decrypted. */
  readonly #unreadable = new Map<string, Set<SecretName>>()

  constructor(box: SecretBox) {
    this.#box = box
  }

  available() {
    return this.#box.available()
  }

  inMemory(id: string): readonly SecretName[] {
    return Object.keys(this.#memory.get(id) ?? {}) as SecretName[]
  }

  unreadable(id: string): readonly SecretName[] {
    return [...(this.#unreadable.get(id) ?? [])]
  }

  /** Every secret of a connection that can be had now. */
  async of({ id, secrets }: Pick<StoredConnection, 'id' | 'secrets'>): Promise<Secrets> {
    const found: Secrets = { ...this.#memory.get(id) }
    const lost = new Set<SecretName>()
    for (const name of SECRET_NAMES) {
      const encrypted = secrets[name]
      if (encrypted === undefined || found[name] !== undefined) continue
      try {
        found[name] = await this.#box.decrypt(encrypted)
      } catch {
        // What went wrong may name what it worked on; the person can only type it again.
        lost.add(name)
      }
    }
    if (lost.size > 0) this.#unreadable.set(id, lost)
    else this.#unreadable.delete(id)
    return found
  }

  /**
   * Brings what is kept of a connection up to date.
   * @param typed what was typed: '' forgets; what is left out stays as it is
   * @param onDisk whether they go to the disk, where that is possible
   * @returns for the file
   */
  async keep(
    id: string,
    before: Pick<StoredConnection, 'secrets' | 'asks'> | null,
    typed: KeptTexts,
    onDisk: boolean,
  ): Promise<Pick<StoredConnection, 'secrets' | 'asks'>> {
    const possible = onDisk && (await this.available()) !== 'none'
    const known: Secrets = before === null ? {} : await this.of({ id, secrets: before.secrets })
    const wanted = new Set<SecretName>([
      ...(before?.asks ?? []),
      ...names(before?.secrets ?? {}),
      ...names(known),
    ])
    for (const [name, text] of Object.entries(typed) as [KeptName, string][]) {
      if (!isSecret(name)) continue
      if (text === '') {
        wanted.delete(name)
        delete known[name]
      } else {
        wanted.add(name)
        known[name] = text
      }
    }
    const secrets: Secrets = {}
    const asks: SecretName[] = []
    const memory: Secrets = {}
    for (const name of SECRET_NAMES) {
      if (!wanted.has(name)) continue
      const text = known[name]
      const stored = before?.secrets[name]
      if (possible && text !== undefined) secrets[name] = await this.#box.encrypt(text)
      else if (possible && stored !== undefined) secrets[name] = stored
      else {
        asks.push(name)
        if (text !== undefined) memory[name] = text
      }
    }
    this.#memory.set(id, memory)
    await this.of({ id, secrets })
    return { secrets, asks }
  }

  /** Keeps what was typed for a connection until the inspector ends. */
  remember(id: string, typed: KeptTexts): void {
    const memory = { ...this.#memory.get(id) }
    for (const [name, text] of Object.entries(typed) as [KeptName, string][]) {
      if (isSecret(name) && text !== '') memory[name] = text
    }
    this.#memory.set(id, memory)
  }

  copy(from: string, to: string): void {
    this.#memory.set(to, { ...this.#memory.get(from) })
  }
}

const names = (secrets: Secrets): readonly SecretName[] => Object.keys(secrets) as SecretName[]
