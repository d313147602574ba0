import { expect, it, vi } from 'vitest'
import type { WindowQuery } from '#shared/contract.ts'
import type { ListWindow } from '#shared/model.ts'
import { createWindowFetcher } from './window-fetcher.ts'

const query = (offset: number, prefix = 'session:'): WindowQuery => ({
  prefix,
  columns: [],
  filter: '',
  sort: { by: 'id', direction: 'ascending' },
  offset,
  limit: 50,
})
const windowOf = ({ prefix, offset }: WindowQuery): ListWindow => ({
  prefix,
  offset,
  rows: [],
  matched: 0,
  position: null,
  revision: 1,
  total: 0,
  scanned: 0,
  keys: 0,
  phase: 'complete',
})

/** A core that answers when the test says so. */
function slowCore() {
  const asked: { query: WindowQuery; answer: () => void; refuse: (error: unknown) => void }[] = []
  const delivered: number[] = []
  const failed: unknown[] = []
  const fetcher = createWindowFetcher({
    fetch: (wanted) =>
      new Promise((resolve, reject) => {
        asked.push({ query: wanted, answer: () => resolve(windowOf(wanted)), refuse: reject })
      }),
    deliver: (window) => delivered.push(window.offset),
    fail: (error) => failed.push(error),
  })
  return { asked, delivered, failed, fetcher }
}

it('asks one at a time, and next for the latest wish alone', async () => {
  const { asked, delivered, fetcher } = slowCore()
  for (const offset of [0, 10, 20, 30]) fetcher.want(query(offset))
  expect(asked.map((ask) => ask.query.offset)).toEqual([0])
  asked[0]?.answer()
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(asked[1]?.query.offset).toBe(30)
  asked[1]?.answer()
  await vi.waitFor(() => expect(delivered).toEqual([0, 30]))
  expect(asked).toHaveLength(2)
})

it('drops the answer to what was asked before the list became another one', async () => {
  const { asked, delivered, fetcher } = slowCore()
  fetcher.want(query(7, 'old:'))
  fetcher.invalidate()
  fetcher.want(query(0, 'new:'))
  asked[0]?.answer()
  await vi.waitFor(() => expect(asked[1]?.query.prefix).toBe('new:'))
  asked[1]?.answer()
  await vi.waitFor(() => expect(delivered).toEqual([0]))
})

it('says a failure and goes on with the next wish', async () => {
  const { asked, delivered, failed, fetcher } = slowCore()
  fetcher.want(query(0))
  fetcher.want(query(10))
  asked[0]?.refuse(new Error('lost'))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(failed).toHaveLength(1)
  asked[1]?.answer()
  await vi.waitFor(() => expect(delivered).toEqual([10]))
})

it('keeps quiet about a failure that nobody waits for any more', async () => {
  const { asked, failed, fetcher } = slowCore()
  fetcher.want(query(0))
  fetcher.invalidate()
  fetcher.want(query(1))
  asked[0]?.refuse(new Error('lost'))
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  expect(failed).toEqual([])
})
