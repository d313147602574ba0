import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const KINDS = /\?(raw|inline)$/

export async function resolve(specifier, context, nextResolve) {
  const kind = KINDS.exec(specifier)
  if (kind === null) return nextResolve(specifier, context)
  const { url } = await nextResolve(specifier.slice(0, kind.index), context)
  return { url: url.replace(/\?.*$/, '') + kind[0], format: 'module', shortCircuit: true }
}

export async function load(url, context, nextLoad) {
  const kind = KINDS.exec(url)
  if (kind === null) return nextLoad(url, context)
  const bytes = await readFile(fileURLToPath(url.slice(0, kind.index)))
  const value = kind[1] === 'raw' ? bytes.toString('utf8') : `data:;base64,${bytes.toString('base64')}`
  return { format: 'module', source: `export default ${JSON.stringify(value)}`, shortCircuit: true }
}
