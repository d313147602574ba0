import type { Bytes } from './bytes.ts'

/** Which client a command was sent by: the one for everything, or the one that listens for changes alone. */
export type CommandConnection = 'main' | 'notifications'

/**
 * What is left of a word that is not kept whole. `secret`: it is, or holds, the value of something with a secret-looking
 * name. `long`: its end is cut off. `dump`: a serialised key, or other bytes that nobody reads. `source`: of a script,
 * which can be asked for by its hash. `words`: stands for the words that follow, which are not kept.
 */
export interface CommandWordPart {
  /** '' where nothing of it is shown. */
  readonly shown: Bytes
  readonly left: 'secret' | 'long' | 'dump' | 'source' | 'words'
  /** Bytes that are left out, or words; 0 where that would tell of a secret. */
  readonly amount: number
}

/** A word of a command, as it was sent where it is {@link Bytes}. */
export type CommandWord = Bytes | CommandWordPart

export const isWhole = (word: CommandWord): word is Bytes => typeof word === 'string' || !('left' in word)

/**
 * `waiting`: no answer yet. `unknown`: this server knows no such command, or not the script by its hash;
 * another way is taken then.
 * `failed`: Redis answered with an error, or the connection ended. `refused`: by the read-only switch, before it was sent.
 * `unsent`: there was no connection.
 */
export type CommandOutcome = 'waiting' | 'ok' | 'unknown' | 'failed' | 'refused' | 'unsent'

/**
 * What was answered, without the answer: `size` counts bytes of text and items of a list, and is the number itself; null
 * where that would tell of a secret.
 */
export interface CommandReply {
  readonly kind: 'nothing' | 'number' | 'text' | 'items'
  readonly size: number | null
}

/** A command of the log, or many alike that were sent for the same purpose. */
export interface LoggedCommand {
  /** Of the first one; commands are numbered in the order in which they were sent, from 1 with each connection. */
  readonly number: number
  /** When the first one was sent, epoch milliseconds. */
  readonly at: number
  readonly connection: CommandConnection
  /** In capitals: `EVALSHA`. */
  readonly name: string
  /** Its arguments; of many commands those of the first. */
  readonly words: readonly CommandWord[]
  /** Which script it runs; `name` is null for one that has none. */
  readonly script: { readonly sha: string; readonly name: string | null } | null
  /** The commands that the script ran, where it tells. */
  readonly ran: readonly (readonly CommandWord[])[]
  /** What it was sent for: `changed a field`. */
  readonly purpose: string
  /** Sent by itself, not for something that somebody did. */
  readonly background: boolean
  /** It can change something in Redis. */
  readonly writes: boolean
  /** How many commands this stands for, and how many of them failed. */
  readonly count: number
  readonly failed: number
  /** Of many: of the last that failed, else of the last. */
  readonly outcome: CommandOutcome
  /** Milliseconds from sending to the answer; null before there is any. */
  readonly averageMs: number | null
  readonly longestMs: number | null
  /** The first line of what the server said, of that one. */
  readonly error: string | null
  /** Null where there is none, and of many. */
  readonly reply: CommandReply | null
}

/** Of all commands since the connection was opened or the log was cleared, whether they are still kept or not. */
export interface CommandTotals {
  /** Without those in the background. */
  readonly commands: number
  readonly writes: number
  /** Milliseconds; null where none has been answered. */
  readonly averageMs: number | null
  /** Failed, refused or unsent. */
  readonly failed: number
  /** Those in the background, and those of them that failed. */
  readonly background: number
  readonly backgroundFailed: number
}

export interface CommandPage {
  /** The newest first, from `offset` on. */
  readonly rows: readonly LoggedCommand[]
  readonly offset: number
  /** Entries that match, and those that do but have come since `before`. */
  readonly matched: number
  readonly newer: number
  readonly totals: CommandTotals
  /** The number of the last command that was sent; 0 for none. */
  readonly newest: number
  /** Entries that are kept at most. */
  readonly limits: { readonly commands: number; readonly background: number }
}

export interface CommandsChange {
  readonly newest: number
  /** Nothing else has changed than what is in the background. */
  readonly background: boolean
}

/** A script, to be run where the server does not know it by its hash. */
export interface CommandScript {
  readonly sha: string
  readonly name: string | null
  readonly source: string
}

export const NO_COMMANDS: CommandPage = {
  rows: [],
  offset: 0,
  matched: 0,
  newer: 0,
  totals: { commands: 0, writes: 0, averageMs: null, failed: 0, background: 0, backgroundFailed: 0 },
  newest: 0,
  limits: { commands: 0, background: 0 },
}
