import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import {
  type BrowserContext,
  type ElectronApplication,
  _electron as electron,
  type Page,
} from '@playwright/test'

const ROOT = fileURLToPath(new URL('..', import.meta.url))

/** The inspector as it runs for one test. */
export interface RunningInspector {
  readonly page: Page
  /** Null in the browser. */
  readonly electronApp: ElectronApplication | null
  /** The printed address of the web host; null in Electron. */
  readonly url: string | null
  /** Quits the app; a test that does so itself leaves nothing to do to its fixture. */
  close(): Promise<void>
}

/** Nothing of the developer's own settings reaches the app under test. */
function environment(): Record<string, string> {
  const { REDIS_URL: _url, ELECTRON_RENDERER_URL: _dev, ...rest } = process.env
  return Object.fromEntries(
    Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}

/** A folder for settings, and what removes it where it is the launch's own. */
async function settingsFolder(given: string | undefined) {
  const folder = given ?? (await mkdtemp(join(tmpdir(), 'inspector-settings-')))
  const remove = async () => {
    if (given === undefined) await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return { folder, remove }
}

/** Starts the built desktop app. @param settings its folder; one of its own where it is left out */
export async function launchElectron(args: readonly string[], settings?: string): Promise<RunningInspector> {
  const { folder, remove } = await settingsFolder(settings)
  // As in the configuration of the browser: only root cannot have the sandbox.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  const electronApp = await electron.launch({
    args: [...sandbox, `--user-data-dir=${folder}`, ROOT, ...args],
    cwd: ROOT,
    env: environment(),
    // As in the browser: a file that is saved is the test's, and no dialog asks for its place.
    acceptDownloads: true,
  })
  const page = await electronApp.firstWindow()
  // The window is there before its page is.
  await page.waitForURL(({ protocol }) => protocol !== 'about:')
  return {
    page,
    electronApp,
    url: null,
    close: once(async () => {
      await electronApp.close()
      await remove()
    }),
  }
}

/** Starts the built web host on a free port and opens the address that it prints. @param settings as above */
export async function launchWeb(
  context: BrowserContext,
  args: readonly string[],
  settings?: string,
): Promise<RunningInspector> {
  const { folder, remove } = await settingsFolder(settings)
  const own = ['--port', '0', '--no-open', '--settings', folder]
  const child = spawn(process.execPath, ['out/main/web.js', ...own, ...args], {
    cwd: ROOT,
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await printedUrl(child)
  const page = await context.newPage()
  await page.goto(url)
  return {
    page,
    electronApp: null,
    url,
    close: once(async () => {
      child.kill('SIGTERM')
      const code = await ended
      await remove()
      if (code !== 0) throw new Error(`The web host ended with ${code} instead of 0.`)
    }),
  }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined
  return () => {
    done ??= work()
    return done
  }
}

function printedUrl(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (child.stdout === null) throw new Error('The output of the web host is not read.')
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /^Redis Session Inspector: (http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+)$/.exec(line)?.[1]
      if (url !== undefined) resolve(url)
    })
    child.once('exit', (code) =>
      reject(new Error(`The web host ended with ${code} before it printed its address.`)),
    )
    child.once('error', reject)
  })
}
