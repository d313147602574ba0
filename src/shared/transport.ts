import type { CallArg, CallName, CallReply, EventName, EventPayload } from './contract.ts'
import type { ErrorCode, ErrorDetails } from './errors.ts'

/** The answer to one call, on every transport. */
export type Reply<T = unknown> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false
      readonly code: ErrorCode
      readonly message: string
      readonly details?: ErrorDetails
    }

/** One client of the core, as a host holds it: a window or a page in a browser. */
export interface Endpoint {
  /** Never rejects: what goes wrong is in the reply. @param tab the number of an open one @default 0 */
  dispatch(name: unknown, arg: unknown, tab?: unknown): Promise<Reply>
  /** Ends the client's subscriptions and watches. */
  close(): void
}

/** Sends one event to one client. @param tab which one it is of @default 0 */
export type Emit = <N extends EventName>(name: N, payload: EventPayload<N>, tab?: number) => void

/** What a host needs of the core: one endpoint per window or page. */
export type Attach = (emit: Emit) => Endpoint

/** The renderer's side of the contract. */
export interface Transport {
  /** @throws AppError with the core's code and message. */
  invoke<N extends CallName>(name: N, arg: CallArg<N>): Promise<CallReply<N>>
  /** @returns what ends the subscription. */
  on<N extends EventName>(name: N, listener: (payload: EventPayload<N>) => void): () => void
  /** Whether the host can be reached; over Electron always. Called at once and at each change. */
  onLink(listener: (up: boolean) => void): () => void
}

/** The renderer's side of one wire: a transport for each tab, of which the first is its own. */
export interface TabbedTransport extends Transport {
  /** Calls and events of one tab; the same object each time. */
  tab(number: number): Transport
  /** Ends every subscription that was made on a tab, which is closed. */
  release(number: number): void
}

/** What preload puts on `window`: nothing else crosses from Electron to the page. */
export interface PreloadBridge {
  invoke(name: string, arg: unknown, tab?: number): Promise<Reply>
  on(name: string, listener: (payload: unknown, tab: number) => void): () => void
}

/** Where the web host takes WebSockets. */
export const SOCKET_PATH = '/socket'

/** WebSocket frames. A tab that is left out is the first, 0. */
export type ClientFrame = {
  readonly id: number
  readonly tab?: number
  readonly name: string
  readonly arg: unknown
}
export type ServerFrame =
  | { readonly id: number; readonly reply: Reply }
  | { readonly event: EventName; readonly payload: unknown; readonly tab?: number }
