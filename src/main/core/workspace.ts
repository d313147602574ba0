import type { Redis } from 'ioredis'
import type { Connection } from './connection/connection-manager.ts'
import { ListRegistry, type ListRegistryOptions } from './index/list-registry.ts'
import type { CommandLog } from './journal/command-log.ts'
import { SessionStore, type SessionStoreOptions } from './store/session-store.ts'

/** All that belongs to one connection, and ends with it: its lists, its stores and what it has sent. */
export class Workspace {
  readonly client: Redis
  readonly lists: ListRegistry
  /** Null where nobody notes what is sent. */
  readonly commands: CommandLog | null

  constructor(connection: Connection, options: ListRegistryOptions) {
    this.client = connection.client
    this.commands = connection.commands ?? null
    this.lists = new ListRegistry(connection, options)
  }

  /** A session store; what it changes shows in the lists at once, with or without notifications. */
  createStore(options: Omit<SessionStoreOptions, 'client'>): SessionStore {
    const store = new SessionStore({ client: this.client, ...options })
    store.subscribe(({ key }) => this.lists.hint(key))
    return store
  }
}
