import type { RedisClient } from '../connection/redis-client.ts'
import { nameRefusedCommand } from './script.ts'
import { noteScript, type ScriptAbout } from './script-catalogue.ts'

type Word = Buffer | string | number

/**
 * A Lua script for any number of keys at once, whose answer is one packed text. Sent by its hash; with its source where
 * the server does not know it.
 */
export class BatchScript {
  readonly #client: RedisClient
  readonly #lua: string
  readonly #sha: string
  /** EVAL_RO is promised not to write, so that replicas and careful ACLs let it pass; Redis before 7 lacks it. */
  #readOnlyForm: boolean

  /** @param options what the command log says of it, and whether it writes nothing */
  constructor(
    client: RedisClient,
    lua: string,
    { readOnly, ...about }: ScriptAbout & { readonly readOnly: boolean },
  ) {
    this.#client = client
    this.#lua = lua
    this.#sha = noteScript(lua, about)
    this.#readOnlyForm = readOnly
  }

  async run(keys: readonly (string | Buffer)[], args: readonly Word[]): Promise<unknown> {
    try {
      return await this.#once(keys, args)
    } catch (error) {
      const text = error instanceof Error ? error.message : ''
      if (!this.#readOnlyForm || !/unknown command|NOPERM/i.test(text)) throw error
      this.#readOnlyForm = false
      return this.#once(keys, args)
    }
  }

  /** {@link nameRefusedCommand} with this script's source. */
  nameRefused(error: unknown): unknown {
    return nameRefusedCommand(error, this.#lua)
  }

  async #once(keys: readonly (string | Buffer)[], args: readonly Word[]): Promise<unknown> {
    try {
      return await this.#send('EVALSHA', this.#sha, keys, args)
    } catch (error) {
      const isNew = error instanceof Error && error.message.startsWith('NOSCRIPT')
      if (!isNew) throw error
      return this.#send('EVAL', this.#lua, keys, args)
    }
  }

  #send(
    command: 'EVAL' | 'EVALSHA',
    script: string,
    keys: readonly (string | Buffer)[],
    args: readonly Word[],
  ): Promise<unknown> {
    const name = this.#readOnlyForm ? `${command}_RO` : command
    return this.#client.callBuffer(name, script, keys.length, ...keys, ...args)
  }
}
