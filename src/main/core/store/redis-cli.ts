/** Fields whose values are never shown: names that look like a secret's. */
const SECRET = /token|secret|passw|passphrase|pwd|csrf|xsrf|credential|api[-_]?key|private/i

/** Characters of one argument that are shown. */
const SHOWN = 200

/** A command as one would type it into redis-cli; values of fields with secret-looking names, and long ones, are cut. */
export function redisCliLine(command: readonly string[]): string {
  const [name = '', ...args] = command
  const isHset = name === 'HSET'
  return [
    name,
    ...args.map((arg, i) => {
      if (isHset && i > 0 && i % 2 === 0 && SECRET.test(args[i - 1] ?? '')) return '…'
      return quote(i > 0 && arg.length > SHOWN ? `${arg.slice(0, SHOWN)}…` : arg)
    }),
  ].join(' ')
}

/** redis-cli splits at spaces and reads quotes and backslashes, so what has them is quoted in its way. */
function quote(arg: string): string {
  if (arg !== '' && !/[\s"'\\\p{Cc}]/u.test(arg)) return arg
  const escaped = arg.replace(/["\\\p{Cc}]/gu, (character) => {
    const named = NAMED[character]
    return (
      named ??
      Array.from(Buffer.from(character), (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('')
    )
  })
  return `"${escaped}"`
}

const NAMED: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}
