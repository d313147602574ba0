import { expect, vi } from 'vitest'
import type { Bytes } from '#shared/bytes.ts'
import type { CallArg } from '#shared/contract.ts'
import type { TimelineEntry } from '#shared/timeline.ts'
import { InspectorClient } from '../../../../test/inspector-client.ts'
import { createInspector, type Inspector } from '../../services.ts'

const PREFIX = 'session:'

/** A client of an inspector of its own, with the list of `session:` open. */
export class Onlooker extends InspectorClient {
  constructor(inspector?: Inspector) {
    super(inspector ?? createInspector({ host: 'web', version: '0', redisUrl: null, log: fail }))
  }

  /** Connects and waits until every key that there is has been met. */
  static async at(port: number): Promise<Onlooker> {
    const onlooker = new Onlooker()
    await onlooker.invoke('connection.connect', { port })
    await onlooker.open()
    return onlooker
  }

  async open(prefix = PREFIX): Promise<void> {
    await vi.waitFor(async () => expect((await this.window(prefix)).phase).toBe('complete'), 20_000)
  }

  window(prefix = PREFIX) {
    return this.invoke('list.window', {
      prefix,
      columns: ['username', 'page_views'],
      filter: '',
      sort: { by: 'id', direction: 'ascending' },
      offset: 0,
      limit: 50,
    })
  }

  watch(id: Bytes) {
    return this.invoke('session.watch', { prefix: PREFIX, id })
  }

  page(query: Omit<CallArg<'timeline.read'>, 'prefix' | 'limit'> = {}) {
    return this.invoke('timeline.read', { prefix: PREFIX, limit: 500, ...query })
  }

  /** Oldest first. */
  async entries(id?: Bytes): Promise<readonly TimelineEntry[]> {
    return (await this.page(id === undefined ? {} : { id })).entries.toReversed()
  }

  /** Waits until the entries of a session are these, each by its kind, its field and who did it. */
  async sees(id: Bytes, expected: readonly string[]): Promise<readonly TimelineEntry[]> {
    return vi.waitFor(
      async () => {
        const entries = await this.entries(id)
        expect(entries.map(inShort)).toEqual(expected)
        return entries
      },
      { timeout: 8000, interval: 20 },
    )
  }
}

const fail = (line: string) => expect.unreachable(line)

/** `touched by demo`, `fieldChanged theme dark → light by inspector`. */
export function inShort({ change, by }: TimelineEntry): string {
  const words: string[] = [change.kind]
  if ('field' in change) {
    words.push(String(change.field))
    if (change.old !== null || change.new !== null)
      words.push(`${change.old?.value ?? '∅'} → ${change.new?.value ?? '∅'}`)
  }
  if (change.kind === 'ttlChanged' && change.ttl !== null) words.push(`${change.ttl.old} → ${change.ttl.new}`)
  if (by !== null) words.push(`by ${by}`)
  return words.join(' ')
}
