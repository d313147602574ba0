import { useEffect, useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import type { SessionDetail } from '#shared/model.ts'
import type { Transport } from '#shared/transport.ts'
import { type Failure, toFailure } from '../../lib/failure.ts'

/** One side of a comparison, as it was read last. */
export interface LiveSession {
  /** `absent`: there is none of this id. `failed`: it cannot be read now. */
  readonly state: 'reading' | 'found' | 'absent' | 'failed'
  /** What it was last, also when it has gone since or cannot be read; null where it was never found. */
  readonly detail: SessionDetail | null
  readonly failure: Failure | null
}

/** Milliseconds from one answer to the next question. */
const EVERY = 1000
const READING: LiveSession = { state: 'reading', detail: null, failure: null }

/** Reads a session again and again while somebody looks, and leaves alone which one its tab watches. */
export function useLiveSession(transport: Transport, prefix: string, id: Bytes): LiveSession {
  // A binary id is a new object with each answer.
  const of = JSON.stringify([prefix, id])
  const [read, setRead] = useState({ transport, of, session: READING })
  useEffect(() => {
    let ended = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const [prefix, id] = JSON.parse(of) as [string, Bytes]
    const show = (next: (before: LiveSession) => LiveSession) => {
      if (ended) return
      setRead((before) => {
        const isSame = before.transport === transport && before.of === of
        const session = next(isSame ? before.session : READING)
        return isSame && session === before.session ? before : { transport, of, session }
      })
    }
    const ask = async () => {
      try {
        const detail = await transport.invoke('session.read', { prefix, id })
        show((before) =>
          detail === null
            ? { state: 'absent', detail: before.detail, failure: null }
            : sameAs(before, detail)
              ? before
              : { state: 'found', detail, failure: null },
        )
      } catch (error) {
        show(({ detail }) => ({ state: 'failed', detail, failure: toFailure(error) }))
      }
      if (!ended) timer = setTimeout(ask, EVERY)
    }
    void ask()
    return () => {
      ended = true
      clearTimeout(timer)
    }
  }, [transport, of])
  return read.transport === transport && read.of === of ? read.session : READING
}

/** The time of an expiry is reckoned at each reading, and moves by some milliseconds then. */
const STEADY_MILLISECONDS = 50

function sameAs({ state, detail: before }: LiveSession, detail: SessionDetail): boolean {
  if (state !== 'found' || before === null) return false
  const moved = Math.abs((before.expiresAt ?? 0) - (detail.expiresAt ?? 0))
  return moved < STEADY_MILLISECONDS && withoutEnds(before) === withoutEnds(detail)
}

const withoutEnds = (detail: SessionDetail): string =>
  JSON.stringify({
    ...detail,
    expiresAt: detail.expiresAt === null,
    fields: detail.fields.map((field) => ({ ...field, expiresAt: field.expiresAt === null })),
  })
