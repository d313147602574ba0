import type { DemoRequest, DemoStatus } from '#shared/model.ts'
import type { SessionStore } from '../store/session-store.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'

export interface DemoListener {
  statusChanged(status: DemoStatus): void
  requested(request: DemoRequest): void
  /** Takes an error that nobody expected. */
  report(error: unknown): void
}

/** The demo server that the app runs beside itself: none or one. */
export class DemoService {
  readonly #listener: DemoListener
  #running: { readonly server: DemoServer; readonly status: DemoStatus } | null = null
  /** What was asked for last: each start and stop waits for the one before, so that no server is left over. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(listener: DemoListener) {
    this.#listener = listener
  }

  get status(): DemoStatus {
    return this.#running?.status ?? { state: 'stopped' }
  }

  get requests(): readonly DemoRequest[] {
    return this.#running?.server.recent() ?? []
  }

  /** Starts it on this store, in place of one that runs. @throws AppError `port_in_use` */
  start(store: SessionStore, port: number): Promise<DemoStatus> {
    return this.#inTurn(async () => {
      await this.#end()
      const { report } = this.#listener
      const server = await startDemoServer({ store, port, report })
      server.subscribe((request) => this.#listener.requested(request))
      const { prefix, ttl } = store
      this.#running = {
        server,
        status: { state: 'running', url: server.url, port: server.port, prefix, ttl },
      }
      this.#listener.statusChanged(this.status)
      return this.status
    })
  }

  stop(): Promise<DemoStatus> {
    return this.#inTurn(async () => {
      await this.#end()
      return this.status
    })
  }

  async #end(): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#running = null
    await running.server.stop()
    this.#listener.statusChanged(this.status)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work)
    this.#last = done.catch(() => {})
    return done
  }
}
