/**
 * The Redis URL to begin with: `--redis URL` or `--redis=URL`, the last one given, else `REDIS_URL`; null when there
 * is none. Whether it is a good one is judged when it is connected to, where the person sees the answer.
 */
export function readRedisUrl(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  return redisOption(args) ?? (environment.REDIS_URL || null)
}

/** What `--redis` says; null when it is not given. */
export function redisOption(args: readonly string[]): string | null {
  for (let index = args.length - 1; index >= 0; index -= 1) {
    const value = args[index] === '--redis' ? args[index + 1] : /^--redis=(.*)$/s.exec(args[index] ?? '')?.[1]
    if (value) return value
  }
  return null
}
