import type { Emit } from '#shared/transport.ts'
import type { CommandLog } from './command-log.ts'

/** Who is told of further commands, also on the connections that come after this one. */
export class CommandFollowers {
  readonly #clients = new Set<Emit>()
  #log: CommandLog | null = null
  #stop = () => {}

  /** Another connection, or none. */
  use(log: CommandLog | null): void {
    this.#log = log
    this.#listen()
  }

  add(client: Emit): void {
    this.#clients.add(client)
    this.#listen()
  }

  delete(client: Emit): void {
    this.#clients.delete(client)
    this.#listen()
  }

  /** A log that nobody follows has nothing to do. */
  #listen(): void {
    this.#stop()
    this.#stop = () => {}
    if (this.#log === null || this.#clients.size === 0) return
    this.#stop = this.#log.subscribe((change) => {
      for (const emit of this.#clients) emit('commands.changed', change)
    })
  }
}
