import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/**
 * What the decoder's worker runs: the build's own entry, beside this code or above it where the code is in a chunk that
 * entries share; in the sources, for tests and tools, a file that loads the TypeScript as it is.
 */
export function decoderFile(): URL {
  const here = import.meta.url
  if (here.endsWith('.ts')) return new URL('./testing/decoder-from-source.mjs', here)
  const beside = new URL('./decoder-worker.js', here)
  return existsSync(fileURLToPath(beside)) ? beside : new URL('../decoder-worker.js', here)
}
