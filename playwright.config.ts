import { defineConfig } from '@playwright/test'
import type { HostOptions } from './e2e/fixtures.ts'
import { findChromium } from './scripts/find-chromium.mjs'

const executablePath = await findChromium()
// Chromium's sandbox refuses root, which is who one is in most containers.
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []

/** One set of specs, run in the desktop app and in a browser. */
export default defineConfig<HostOptions>({
  testDir: 'e2e',
  outputDir: 'test-results',
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  // CI's machines are small and shared: what passes at a second try is reported as flaky, and fails nobody's work.
  retries: process.env.CI ? 2 : 0,
  fullyParallel: true,
  // Each test has its own app and its own Redis; more at once than this only makes a small machine slow.
  workers: 2,
  reporter: 'list',
  use: {
    viewport: { width: 1280, height: 800 },
    // To record each test takes a quarter of its time.
    trace: 'on-first-retry',
    screenshot: 'only-on-failure',
    launchOptions: { args, ...(executablePath === null ? {} : { executablePath }) },
  },
  projects: [
    { name: 'electron', use: { host: 'electron' }, testIgnore: 'web-*.spec.ts' },
    { name: 'web', use: { host: 'web' }, testIgnore: 'electron-host.spec.ts' },
  ],
})
