import { type ChildProcess, type ForkOptions, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const RAW_IMPORTS = new URL('./raw-imports.mjs', import.meta.url).href

/**
 * A process that runs the core's source as it is, with what it needs to say how much memory it holds on to. Its messages
 * are copied as Electron's IPC copies them.
 */
export const forkSource = (
  file: URL,
  args: readonly string[] = [],
  options: ForkOptions = {},
): ChildProcess =>
  fork(fileURLToPath(file), args, {
    execArgv: ['--expose-gc', '--import', 'tsx', '--import', RAW_IMPORTS],
    serialization: 'advanced',
    ...options,
  })
