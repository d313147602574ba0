import type { CallArg, CallName, CallReply, EventName, EventPayload } from '#shared/contract.ts'
import { AppError } from '#shared/errors.ts'
import type { Endpoint } from '#shared/transport.ts'
import { createInspector, type Inspector } from '../main/core/services.ts'

/** A client of an inspector, as a host would hold it. */
export class InspectorClient {
  readonly inspector: Inspector
  readonly events: { readonly name: EventName; readonly payload: unknown }[] = []
  readonly #endpoint: Endpoint

  /** @param inspector one of its own unless it is given */
  constructor(
    inspector: Inspector = createInspector({ host: 'web', version: '1', redisUrl: null, log: () => {} }),
  ) {
    this.inspector = inspector
    this.#endpoint = inspector.attach((name, payload) => this.events.push({ name, payload }))
  }

  dispatch(name: unknown, arg: unknown) {
    return this.#endpoint.dispatch(name, arg)
  }

  /** @throws AppError for a call that was refused */
  async invoke<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>> {
    const reply = await this.#endpoint.dispatch(name, arg)
    if (reply.ok) return reply.value as CallReply<N>
    throw new AppError(reply.code, reply.message, reply.details)
  }

  payloads<N extends EventName>(name: N): EventPayload<N>[] {
    return this.events.filter((event) => event.name === name).map(({ payload }) => payload as EventPayload<N>)
  }

  close(): void {
    this.#endpoint.close()
  }
}
