// `npm test`: installs what is missing, then lint, types, unit and integration tests, build, and end-to-end tests,
// up to the first that fails. The last line sums the tests up.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt } from './build.mjs'
import { findElectron, hasDisplay, isOverridden } from './electron.mjs'
import { npm, ROOT, run, succeeds } from './run-tool.mjs'
import { setup } from './setup.mjs'

const REPORTS = join(ROOT, '.cache/test')
const UNIT_REPORT = join(REPORTS, 'unit.json')
const E2E_REPORT = join(REPORTS, 'e2e.json')
rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })

const counts = { passed: 0, failed: 0, skipped: 0 }

await step('setup', () => setup({ test: true }))
await step('lint', () => npm(['run', '--silent', 'lint']))
await step('types', () => npm(['run', '--silent', 'typecheck']))
await step('unit and integration tests', unitTests)
await step('build', ensureBuilt)
await step('end-to-end tests', endToEndTests)
finish()

async function step(name, work) {
  console.log(`\n── ${name}`)
  const began = performance.now()
  const succeeded = (await work()) !== false
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`── ${name}: ${succeeded ? 'done' : 'FAILED'} in ${seconds} s`)
  if (succeeded) return
  // A step without tests of its own that fails is a failure none the less.
  if (counts.failed === 0) counts.failed = 1
  finish()
}

function finish() {
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
  process.exit(counts.failed === 0 ? 0 : 1)
}

function unitTests() {
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${UNIT_REPORT}`]
  const succeeded = npm(['run', '--silent', 'test:unit', '--', ...reporters])
  const { numPassedTests, numFailedTests, numPendingTests = 0, numTodoTests = 0 } = read(UNIT_REPORT)
  count(numPassedTests, numFailedTests, numPendingTests + numTodoTests)
  return succeeded
}

function endToEndTests() {
  const { skip, wrapper } = electronProject()
  if (skip !== null) console.log(`The project 'electron' is skipped: ${skip}.`)
  const env = {
    PLAYWRIGHT_JSON_OUTPUT_FILE: E2E_REPORT,
    ...(skip === null ? {} : { E2E_SKIP_ELECTRON: skip }),
  }
  const [program, ...args] = [
    ...wrapper,
    process.execPath,
    join(ROOT, 'node_modules/@playwright/test/cli.js'),
  ]
  const succeeded = run(program, [...args, 'test', '--reporter=list,json'], { env })
  const { expected = 0, unexpected, flaky = 0, skipped } = read(E2E_REPORT).stats ?? {}
  count(expected + flaky, unexpected, skipped)
  return succeeded
}

/** Whether the tests can run in Electron, and what gives its window a screen where there is none. */
function electronProject() {
  const run = (wrapper) => ({ skip: null, wrapper })
  const skip = (reason) => ({ skip: reason, wrapper: [] })
  if (findElectron() === null) return skip("Electron's executable cannot be downloaded here")
  if (isOverridden() || hasDisplay()) return run([])
  return succeeds('sh', ['-c', 'command -v xvfb-run']) ? run(['xvfb-run', '-a']) : skip('there is no display')
}

function count(passed = 0, failed = 0, skipped = 0) {
  counts.passed += passed
  counts.failed += failed
  counts.skipped += skipped
}

/** A run that ends early leaves no report. */
function read(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
