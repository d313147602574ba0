import type { CallArg, CallName, CallReply, EventName, EventPayload } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { Endpoint } from '#shared/transport.ts'
import { createInspector, type Inspector } from '../main/core/services.ts'

/** A client of an inspector, as a host would hold it: what it does in one tab. */
export class InspectorClient {
  readonly inspector: Inspector
  readonly events: { readonly name: EventName; readonly payload: unknown }[] = []
  readonly #endpoint: Endpoint
  readonly #tab: number
  /** Its events in other tabs, by their numbers. */
  readonly #others: Map<number, InspectorClient>

  /**
   * @param inspector one of its own unless it is given
   * @param of the client whose other tab this is
   */
  constructor(
    inspector: Inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} }),
    of?: { readonly client: InspectorClient; readonly tab: number },
  ) {
    this.inspector = inspector
    this.#tab = of?.tab ?? 0
    this.#others = of === undefined ? new Map() : of.client.#others
    this.#endpoint =
      of === undefined
        ? inspector.attach((name, payload, tab = 0) => {
            const client = tab === 0 ? this : this.#others.get(tab)
            client?.events.push({ name, payload })
          })
        : of.client.#endpoint
  }

  /** The same client in another tab. */
  tab(number: number): InspectorClient {
    const known = this.#others.get(number)
    if (number === this.#tab || known !== undefined) return known ?? this
    const other = new InspectorClient(this.inspector, { client: this, tab: number })
    this.#others.set(number, other)
    return other
  }

  /** Opens a further tab. */
  async openTab(): Promise<InspectorClient> {
    return this.tab((await this.invoke('tabs.open', {})).number)
  }

  get number(): number {
    return this.#tab
  }

  dispatch(name: unknown, arg: unknown) {
    return this.#endpoint.dispatch(name, arg, this.#tab)
  }

  /** @throws AppError for a call that was refused */
  async invoke<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> {
    const reply = await this.dispatch(name, arg)
    if (reply.ok) return reply.value as CallReply<N>
    throw new AppError(reply.code, reply.message, reply.details)
  }

  payloads<N extends EventName>(name: N): EventPayload<N>[] {
    return this.events.filter((event) => event.name === name).map(({ payload }) => payload as EventPayload<N>)
  }

  /** In all its tabs. */
  close(): void {
    this.#endpoint.close()
  }
}
