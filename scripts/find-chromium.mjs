import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
const MAC_APPS = ['Google Chrome', 'Chromium'].map(
  (name) => `/Applications/${name}.app/Contents/MacOS/${name}`,
)

/**
 * A Chromium that the tests can drive: CHROMIUM_PATH, else Playwright's own, else one of the system.
 * @returns {Promise<string | null>} its executable.
 */
export async function findChromium() {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const candidates = [process.env.CHROMIUM_PATH, await playwrightsOwn(), ...onPath, ...MAC_APPS]
  return candidates.find((file) => file && existsSync(file)) ?? null
}

async function playwrightsOwn() {
  try {
    const { chromium } = await import('@playwright/test')
    return chromium.executablePath()
  } catch {
    // Its package is not installed yet, or it knows no browser for this system.
    return null
  }
}
