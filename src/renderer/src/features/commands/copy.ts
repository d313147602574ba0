import type { CommandWord, LoggedCommand } from '#shared/commands.ts'
import { toFailure } from '../../lib/failure.ts'
import type { App } from '../../stores/app.ts'
import { lacksSource, wordsOf, wordsWithSource } from './command-lines.ts'

/** A command as it can be run again: of a script that was sent with its source, with that. */
export async function wordsToCopy({ commands }: App, entry: LoggedCommand): Promise<readonly CommandWord[]> {
  const script = lacksSource(entry) ? await commands.readScript(entry.script?.sha ?? '') : null
  return script === null ? wordsOf(entry) : wordsWithSource(entry, script.source)
}

/** What the browser refuses is no failure of a call. */
export const copyFailure = (error: unknown): string =>
  error instanceof DOMException
    ? 'The clipboard was not allowed. Select the text and copy it with the keyboard.'
    : toFailure(error).message
