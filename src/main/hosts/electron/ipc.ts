import { EVENT_CHANNEL } from '#shared/ipc.ts'
import type { MenuChoice } from '#shared/tabs.ts'
import type { Attach, Emit, Endpoint, Reply } from '#shared/transport.ts'

/** What this adapter needs of Electron's `webContents`. */
export interface Sender {
  isDestroyed(): boolean
  send(channel: string, ...args: unknown[]): void
}

/** What it needs of `IpcMainInvokeEvent`. */
export interface InvokeEvent {
  readonly sender: Sender
  /** Null when the frame has gone since it called. */
  readonly senderFrame: { readonly origin: string; readonly parent: object | null } | null
}

export interface IpcHost {
  /** Lets a window in. */
  admit(sender: Sender): void
  /** Its page is another now: what the last one subscribed to and watched ends. */
  renew(sender: Sender): void
  /** It has closed. */
  release(sender: Sender): void
  /** Answers one call of a window; a call from anywhere but its own top frame is refused. */
  invoke(event: InvokeEvent, name: unknown, arg: unknown, tab?: unknown): Promise<Reply>
  /** Hands what was chosen in the menu to a window. */
  choose(sender: Sender, choice: MenuChoice): void
}

/** @param origin of the renderer's page, such as `app://inspector`. */
export function createIpcHost(attach: Attach, origin: string): IpcHost {
  const endpoints = new Map<Sender, Endpoint>()

  const emitTo =
    (sender: Sender): Emit =>
    (name, payload, tab = 0) => {
      if (!sender.isDestroyed()) sender.send(EVENT_CHANNEL, name, payload, tab)
    }
  const release = (sender: Sender) => {
    endpoints.get(sender)?.close()
    endpoints.delete(sender)
  }
  const admit = (sender: Sender) => {
    release(sender)
    endpoints.set(sender, attach(emitTo(sender)))
  }
  return {
    admit,
    renew: (sender) => {
      if (endpoints.has(sender)) admit(sender)
    },
    release,
    choose: (sender, choice) => {
      if (endpoints.has(sender)) emitTo(sender)('menu.chosen', choice)
    },
    async invoke({ sender, senderFrame }, name, arg, tab) {
      const endpoint = endpoints.get(sender)
      const isOurs = senderFrame !== null && senderFrame.parent === null && senderFrame.origin === origin
      if (endpoint === undefined || !isOurs) return FORBIDDEN
      return endpoint.dispatch(name, arg, tab)
    },
  }
}

const FORBIDDEN: Reply = {
  ok: false,
  code: 'forbidden',
  message: "Only the inspector's own window may call it. Close this page.",
}
