import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ROOT } from './run-tool.mjs'

/**
 * Runs a built program (`web` or `demo`) in this process, so that its output, its signals and its exit code are
 * its own.
 */
export async function runProgram(name, args) {
  const file = join(ROOT, 'out/main', `${name}.js`)
  process.argv = [process.execPath, file, ...args]
  await import(pathToFileURL(file).href)
}
