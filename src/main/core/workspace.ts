import type { Redis } from 'ioredis'
import { DEFAULT_PREFIX } from '#shared/model.ts'
import type { Connection } from './connection/connection-manager.ts'
import { FieldEditor } from './edit/field-editor.ts'
import { ListRegistry, type ListRegistryOptions } from './index/list-registry.ts'
import { SessionStore } from './store/session-store.ts'

/** All that belongs to one connection, and ends with it: its lists, its stores, its editor. */
export class Workspace {
  readonly client: Redis
  readonly lists: ListRegistry
  readonly editor: FieldEditor
  readonly #stores = new Map<string, SessionStore>()

  constructor(connection: Connection, options: ListRegistryOptions) {
    this.client = connection.client
    this.lists = new ListRegistry(connection, options)
    this.editor = new FieldEditor(connection.client)
  }

  /** The session store of a prefix; what it changes shows in the lists at once, with or without notifications. */
  store(prefix = DEFAULT_PREFIX): SessionStore {
    const store = this.#stores.get(prefix) ?? this.createStore({ prefix })
    this.#stores.set(prefix, store)
    return store
  }

  /** A store of its own, for one who gives it another TTL or listens to it. */
  createStore(options: { readonly prefix: string; readonly ttl?: number }): SessionStore {
    const store = new SessionStore({ client: this.client, ...options })
    store.subscribe(({ key }) => this.lists.hint(key))
    return store
  }
}
