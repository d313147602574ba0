import { createHash } from 'node:crypto'

/**
 * What a script's ARGV may hold, so that a log knows what to leave out: `plain` words alone, which are no values of
 * fields (times, numbers, names); fields and values in turn, from a place on; or anything, where all that follows a
 * secret-looking name counts as its value.
 */
export type ArgvLayout = 'plain' | { readonly pairsFrom: number } | 'anything'

/** What is known of a script beside its source. */
export interface ScriptAbout {
  /** What it does, in words: `touch a session`. */
  readonly name: string
  /** @default 'anything', which leaves out the most */
  readonly argv?: ArgvLayout
}

export interface KnownScript {
  readonly sha: string
  readonly source: string
  readonly name: string | null
  readonly argv: ArgvLayout
  /** Its answer is that of `traced` in script.ts: the commands that it ran come second. */
  readonly traced: boolean
  /** The script itself, without what traces it. */
  readonly lua: string
}

const known = new Map<string, KnownScript>()

/** Notes a script before it is sent for the first time. @returns its SHA-1 */
export function noteScript(
  source: string,
  about: ScriptAbout | null = null,
  { lua = source, traced = false } = {},
): string {
  const sha = createHash('sha1').update(source).digest('hex')
  const before = known.get(sha)
  const name = about?.name ?? before?.name ?? null
  known.set(sha, { sha, source, lua, traced, name, argv: about?.argv ?? before?.argv ?? 'anything' })
  return sha
}

/** The script of a SHA-1, of those that this process sends. */
export const knownScript = (sha: string): KnownScript | undefined => known.get(sha)
