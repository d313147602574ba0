import type { DemoRequest } from '#shared/model.ts'

export interface RequestLog {
  add(entry: Omit<DemoRequest, 'sequence'>): void
  /** The most recent requests, oldest first. */
  recent(): DemoRequest[]
  /** @returns what ends the subscription. */
  subscribe(listener: (request: DemoRequest) => void): () => void
}

/** The requests of one run: the last `limit` of them, and those who listen. */
export function createRequestLog(limit: number): RequestLog {
  const listeners = new Set<(request: DemoRequest) => void>()
  const requests: DemoRequest[] = []
  let sequence = 0
  return {
    add(entry) {
      sequence += 1
      const request = { sequence, ...entry }
      requests.push(request)
      if (requests.length > limit) requests.shift()
      for (const listener of listeners) listener(request)
    },
    recent: () => [...requests],
    subscribe(listener) {
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
