import type { DemoRequest, DemoStatus } from '#shared/model.ts'
import type { SessionStore } from '../store/session-store.ts'
import { type DemoServer, startDemoServer } from './demo-server.ts'

export interface DemoListener {
  statusChanged(status: DemoStatus): void
  requested(request: DemoRequest): void
}

/** The demo server that the app runs beside itself: none or one. */
export class DemoService {
  readonly #listener: DemoListener
  #running: { readonly server: DemoServer; readonly status: DemoStatus } | null = null

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
  async start(store: SessionStore, port: number): Promise<DemoStatus> {
    await this.stop()
    const server = await startDemoServer({ store, port })
    server.subscribe((request) => this.#listener.requested(request))
    const { prefix, ttl } = store
    this.#running = { server, status: { state: 'running', url: server.url, port: server.port, prefix, ttl } }
    this.#listener.statusChanged(this.status)
    return this.status
  }

  async stop(): Promise<DemoStatus> {
    const running = this.#running
    this.#running = null
    if (running !== null) {
      await running.server.stop()
      this.#listener.statusChanged(this.status)
    }
    return this.status
  }
}
