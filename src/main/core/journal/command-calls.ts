import { NO_COMMANDS } from '#shared/commands.ts'
import { AppError } from '#shared/errors.ts'
import type { Emit } from '#shared/transport.ts'
import type { Handlers } from '../dispatch.ts'
import { knownScript } from '../store/script-catalogue.ts'
import type { CommandFollowers } from './command-followers.ts'
import type { CommandLog } from './command-log.ts'

type CommandCalls = Pick<Handlers, 'commands.read' | 'commands.clear' | 'commands.script' | 'commands.follow'>

/**
 * One client's calls of the command log.
 * @param log that of the connection, also while it is lost; null where there is none
 */
export function commandCalls(
  log: () => CommandLog | null,
  followers: CommandFollowers,
  emit: Emit,
): CommandCalls {
  return {
    'commands.read': (query) => log()?.read(query) ?? { ...NO_COMMANDS, offset: query.offset },
    'commands.clear': () => {
      log()?.clear()
      return log()?.totals ?? NO_COMMANDS.totals
    },
    'commands.script': ({ sha }) => {
      const script = knownScript(sha)
      if (script === undefined) {
        throw new AppError(
          'invalid_argument',
          'The inspector has no script of this hash. Ask the server: SCRIPT EXISTS tells whether it knows it.',
        )
      }
      return { sha, name: script.name, source: script.source }
    },
    'commands.follow': ({ on }) => {
      if (on) followers.add(emit)
      else followers.delete(emit)
      return { following: on }
    },
  }
}
