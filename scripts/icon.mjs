// Draws resources/icon.png from the SVG: `node scripts/icon.mjs`, after the drawing has changed.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chromium } from '@playwright/test'
import { findChromium } from './find-chromium.mjs'
import { ROOT } from './run-tool.mjs'

/** Pixels: what packagers ask for, to make the formats of each platform from. */
const SIZE = 512

const browser = await chromium.launch({ executablePath: (await findChromium()) ?? undefined })
const page = await browser.newPage({ viewport: { width: SIZE, height: SIZE } })
await page.setContent(
  `<style>body { margin: 0 } svg { display: block }</style>${readFileSync(join(ROOT, 'resources/icon.svg'), 'utf8')}`,
)
writeFileSync(join(ROOT, 'resources/icon.png'), await page.screenshot({ omitBackground: true }))
await browser.close()
