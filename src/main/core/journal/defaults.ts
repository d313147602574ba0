import type { TimelineLimits } from '#shared/timeline.ts'

/** What a timeline keeps; see {@link TimelineLimits}. */
export const TIMELINE_LIMITS: TimelineLimits = {
  entries: 10_000,
  sessions: 100,
  sessionEntries: 500,
  moments: 200,
  bytes: 16 * 1024 * 1024,
  prefixes: 8,
  pins: 24,
}

export const TIMELINE_DEFAULTS = {
  /** Milliseconds between two `timeline.changed` at the least, and sessions that one names. */
  tickEvery: 100,
  tickIds: 20,
  /** Bytes of a value that go with an event; a moment keeps more. */
  entryValueBytes: 1000,
  /** Bytes before the first difference that are shown where such a value is cut. */
  leadBytes: 40,
  /** Fields of one change that are told one by one. */
  fieldsAtOnce: 50,
  /** Bytes of values that one moment keeps whole; of further ones it keeps the beginning, so many bytes. */
  momentBytes: 1024 * 1024,
  beginningBytes: 256,
  /** Bytes of values that one diff answers whole, in the same way. */
  diffBytes: 4 * 1024 * 1024,
  /** Keys of which it is kept who wrote them and what the server said, until they are read. */
  notes: 100_000,
  /** Characters of a user's name. */
  userCharacters: 100,
} as const
