// Brings a fresh machine to where the app and its tests run: npm packages, a Redis server and, with --test, a
// Chromium. Says one line for each thing that it installs, and does nothing where nothing is missing.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './find-chromium.mjs'
import { npm, ROOT, run, say, succeeds } from './run-tool.mjs'

/**
 * @param {{ test?: boolean }} options `test`: also what only the tests need; then a missing part ends the process.
 * @returns {Promise<void>}
 */
export async function setup({ test = false } = {}) {
  if (!packagesAreCurrent()) {
    say('Installing the npm packages…')
    if (!npm(['ci', '--no-audit', '--no-fund', '--loglevel=error'], { quiet: true })) process.exit(1)
  }
  if (!hasRedisServer() && !installRedisServer() && test) process.exit(1)
  if (!test) return
  const chromium = (await findChromium()) ?? (await installChromium())
  if (chromium === null) {
    say('No Chromium found for the tests. Install one, or set CHROMIUM_PATH to its executable.')
    process.exit(1)
  }
  process.env.CHROMIUM_PATH = chromium
  installPythonClient()
  installSshServer()
}

/**
 * Whether node_modules holds what the lock file names. npm keeps its own list of what it has put there; packages
 * for other systems are missing from it.
 */
function packagesAreCurrent() {
  const packages = (file) => JSON.parse(readFileSync(join(ROOT, file), 'utf8')).packages
  if (!existsSync(join(ROOT, 'node_modules/.package-lock.json'))) return false
  const installed = packages('node_modules/.package-lock.json')
  const { '': _project, ...wanted } = packages('package-lock.json')
  return Object.entries(wanted).every(([path, { version, optional, peer }]) =>
    path in installed ? installed[path].version === version : optional || peer,
  )
}

// ---- Redis

function hasRedisServer() {
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    '/usr/local/bin',
    '/opt/homebrew/bin',
    '/usr/sbin',
  ]
  const suffix = process.platform === 'win32' ? '.exe' : ''
  return folders.some((folder) =>
    ['redis-server', 'valkey-server'].some((name) => existsSync(join(folder, name + suffix))),
  )
}

function installRedisServer() {
  if (hasApt()) {
    say('Installing a Redis server with apt…')
    if (aptInstall('redis-server') || aptInstall('valkey-server')) return true
  } else if (succeeds('brew', ['--version'])) {
    say('Installing a Redis server with brew…')
    if (run('brew', ['install', '--quiet', 'redis'], { quiet: true })) return true
  }
  say(
    'No Redis server found: install redis-server or valkey-server to start one from the app and for the tests.',
  )
  return false
}

// ---- Chromium and Python, for the tests

async function installChromium() {
  say('Installing Chromium for the tests…')
  // Ubuntu's package is a snap, which a container cannot run and a test cannot drive.
  const isDebian = hasApt() && !/^ID(_LIKE)?=.*ubuntu/m.test(readFileSync('/etc/os-release', 'utf8'))
  if (isDebian && aptInstall('chromium', 'fonts-liberation')) return findChromium()
  const withSystemLibraries = hasApt() ? ['--with-deps'] : []
  const cli = join(ROOT, 'node_modules/@playwright/test/cli.js')
  return run(process.execPath, [cli, 'install', ...withSystemLibraries, 'chromium'], { quiet: true })
    ? findChromium()
    : null
}

/** The store is also tested against Python's client; where that is not to be had, those tests are skipped. */
function installPythonClient() {
  if (!hasApt() || succeeds('/usr/bin/python3', ['-c', 'import redis'])) return
  say("Installing Python's Redis client for the compatibility tests…")
  aptInstall('python3', 'python3-redis')
}

/** Tunnels are tested with a real OpenSSH server, TLS with certificates of openssl; else those tests are skipped. */
function installSshServer() {
  const missing = [
    ...(existsSync('/usr/sbin/sshd') ? [] : ['openssh-server']),
    ...(existsSync('/usr/bin/ssh-agent') ? [] : ['openssh-client']),
    ...(succeeds('openssl', ['version']) ? [] : ['openssl']),
  ]
  if (!hasApt() || missing.length === 0) return
  say('Installing an SSH server and openssl for the tests of connections…')
  aptInstall(...missing)
}

// ---- apt

const isRoot = () => process.getuid?.() === 0
const hasApt = () => succeeds('apt-get', ['--version']) && (isRoot() || succeeds('sudo', ['-n', 'true']))

/**
 * Packages that bring a service start it, and at each boot again: a Redis on port 6379 that nobody asked for. The
 * policy keeps it from starting now, and the last line from starting later. The lists of packages are only fetched
 * where the machine has none that will do.
 */
const APT_SCRIPT = `
export DEBIAN_FRONTEND=noninteractive
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  printf '#!/bin/sh\\nexit 101\\n' >"$policy" && chmod +x "$policy"
fi
install() { apt-get install -y -qq --no-install-recommends -o DPkg::Lock::Timeout=120 "$@"; }
install "$@" 2>/dev/null || { apt-get update -qq -o DPkg::Lock::Timeout=120 && install "$@"; } || exit 1
case "$1" in
  openssh-server) systemctl disable --quiet ssh.service ssh.socket 2>/dev/null || true ;;
  *-server) systemctl disable --quiet "$1" 2>/dev/null || true ;;
esac
`

function aptInstall(...packages) {
  const command = ['sh', '-c', APT_SCRIPT, 'apt', ...packages]
  const [program, ...args] = isRoot() ? command : ['sudo', '-n', ...command]
  return run(program, args, { quiet: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await setup({ test: process.argv.includes('--test') })
