// `npm start`: installs and builds what is missing, then opens the desktop app; where Electron cannot run, the same
// inspector in the browser.
import { spawn } from 'node:child_process'
import { ensureBuilt } from './build.mjs'
import { findElectron, hasDisplay, isOverridden } from './electron.mjs'
import { runProgram } from './run-program.mjs'
import { ROOT, say } from './run-tool.mjs'
import { setup } from './setup.mjs'

const args = process.argv.slice(2)
await setup()
ensureBuilt()

const obstacle = obstacleToElectron()
if (obstacle === null) openElectron(findElectron())
else await openBrowser(obstacle)

/** Why Electron cannot run here; null where it can. */
function obstacleToElectron() {
  if (!isOverridden()) {
    if (!hasDisplay()) return 'There is no display for Electron'
    // Chromium refuses, and we do not ask it to go without its sandbox.
    if (process.platform === 'linux' && process.getuid() === 0) return 'Electron does not run as root'
  }
  return findElectron() === null ? "Electron's executable cannot be downloaded here" : null
}

function openElectron(executable) {
  const child = spawn(executable, [ROOT, ...args], { stdio: 'inherit' })
  // Ctrl+C reaches the app by itself, and it takes a moment to stop its servers; the others are sent to us alone.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', ({ message }) => openBrowser(`Electron does not start (${message})`))
  child.on('exit', (code, signal) => {
    // How Chromium ends where the system does not let it have its sandbox.
    if (signal === 'SIGTRAP' || signal === 'SIGABRT') openBrowser(`Electron ended with ${signal}`)
    else process.exit(code ?? 1)
  })
}

async function openBrowser(reason) {
  say(`${reason}, so the inspector opens in the browser instead.`)
  await runProgram('web', args)
}
