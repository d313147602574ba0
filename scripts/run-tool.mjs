import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** What is said goes to stderr: the output of the app's own commands stays what the app prints. */
export const say = (line) => console.error(line)

/**
 * Runs a command to its end in the project's folder.
 * @param {{ quiet?: boolean, timeout?: number, env?: Record<string, string>, shell?: boolean }} options `quiet` keeps its output back, and shows
 *   it if the command fails; `timeout` is in milliseconds.
 * @returns {boolean} whether it succeeded.
 */
export function run(command, args, { quiet = false, timeout, env, shell } = {}) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    env: { ...process.env, ...env },
    ...(timeout === undefined ? {} : { timeout, killSignal: 'SIGKILL' }),
    ...(shell === undefined ? {} : { shell }),
  })
  if (status !== 0 && quiet) say(shorten(`${stdout ?? ''}${stderr ?? ''}`))
  return status === 0
}

/** The beginning, where the cause is, and the end, where the advice is. */
function shorten(output) {
  const lines = output.trim().split('\n')
  return (lines.length <= 40 ? lines : [...lines.slice(0, 20), '…', ...lines.slice(-20)]).join('\n')
}

/** Whether a command succeeds; what it prints is dropped. */
export const succeeds = (command, args, options = {}) =>
  spawnSync(command, args, { cwd: ROOT, stdio: 'ignore', ...options }).status === 0

/** Runs npm, the same one that runs us where one does. */
export function npm(args, options) {
  const script = process.env.npm_execpath
  if (script?.endsWith('js')) return run(process.execPath, [script, ...args], options)
  // On Windows npm is a batch file, which only a shell starts.
  return run('npm', args, { ...options, shell: process.platform === 'win32' })
}
