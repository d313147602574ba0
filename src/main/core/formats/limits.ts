/**
 * What decoding one value may take. A value that goes over any of these is undecoded from there on, with the reason, and
 * shows as bytes.
 */
export const FORMAT_LIMITS = {
  /** Bytes of a string, or of all fields of a hash together. */
  bytes: 4 * 1024 * 1024,
  /** Values within values. */
  depth: 100,
  /** Values of a tree, names included. */
  items: 50_000,
  /** Bytes of texts and binary values that a tree carries: pickles can name one long text very often. */
  treeBytes: 8 * 1024 * 1024,
  /** Bytes of one text or binary value in a tree; a longer one is cut. */
  valueBytes: 64 * 1024,
  /** Bytes of an undecoded part that are shown. */
  undecodedBytes: 4 * 1024,
  /** Digits of one whole number: to write out longer ones takes time that grows with their square. */
  digits: 2000,
  /** Bytes that compressed data may grow to. */
  inflatedBytes: 4 * 1024 * 1024,
  /** Milliseconds that a parser gives itself, looked at every few values. */
  milliseconds: 1000,
  /** Milliseconds after which the worker is ended from outside, whatever it does. */
  workerMilliseconds: 3000,
  /** Megabytes of heap that the worker has. */
  workerHeap: 192,
  /** Jobs that wait for the worker; a further one is refused. */
  workerQueue: 64,
  /** Edits of one call. */
  edits: 100,
} as const

/** The same for a row of the list: read from a value's beginning, and only to find who and when. */
export const PEEK_LIMITS = {
  ...FORMAT_LIMITS,
  depth: 24,
  items: 2000,
  treeBytes: 64 * 1024,
  milliseconds: 20,
} as const

export type FormatLimits = { readonly [Name in keyof typeof FORMAT_LIMITS]: number }

/** Bytes of a value from its beginning that the list reads: most sessions are smaller as a whole. */
export const PEEK_BYTES = 4096
