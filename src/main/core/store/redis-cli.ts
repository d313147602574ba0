import { redisCliWord } from '#shared/redis-cli.ts'
import { isSecretName } from '#shared/secret-names.ts'

/** Characters of one argument that are shown. */
const SHOWN = 200

/** A command as one would type it into redis-cli; values of fields with secret-looking names, and long ones, are cut. */
export function redisCliLine(command: readonly string[]): string {
  const [name = '', ...args] = command
  const isHset = name === 'HSET'
  return [
    name,
    ...args.map((arg, i) => {
      if (isHset && i > 0 && i % 2 === 0 && isSecretName(args[i - 1] ?? '')) return '…'
      return redisCliWord(i > 0 && arg.length > SHOWN ? `${arg.slice(0, SHOWN)}…` : arg)
    }),
  ].join(' ')
}
