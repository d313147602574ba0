import { existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, run, say } from './run-tool.mjs'

const OUTPUTS = [
  'out/main/index.js',
  'out/main/web.js',
  'out/main/demo.js',
  'out/main/decoder-worker.js',
  'out/preload/index.cjs',
  'out/renderer/index.html',
]
const SOURCES = ['src', 'resources', 'package.json', 'package-lock.json', 'electron.vite.config.ts']
/** Its time is that of the moment at which the last build that succeeded began. */
const STAMP = join(ROOT, 'out/.built')

/** Builds what is in out/ where a source is newer; a failing build shows its output and ends the process. */
export function ensureBuilt() {
  if (isCurrent()) return
  say('Building…')
  const began = new Date()
  rmSync(STAMP, { force: true })
  const cli = join(ROOT, 'node_modules/electron-vite/bin/electron-vite.js')
  if (!run(process.execPath, [cli, 'build'], { quiet: true })) {
    say('The build failed.')
    process.exit(1)
  }
  mkdirSync(join(ROOT, 'out'), { recursive: true })
  writeFileSync(STAMP, '')
  utimesSync(STAMP, began, began)
}

function isCurrent() {
  if (!existsSync(STAMP) || !OUTPUTS.every((file) => existsSync(join(ROOT, file)))) return false
  const built = statSync(STAMP).mtimeMs
  return SOURCES.every((source) => newest(join(ROOT, source)) < built)
}

/** The time of the newest file; a folder's own time tells of files that were removed. Tests are not built. */
function newest(path) {
  if (/\.test\.tsx?$/.test(path)) return 0
  const stats = statSync(path)
  if (!stats.isDirectory()) return stats.mtimeMs
  return Math.max(stats.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))))
}
