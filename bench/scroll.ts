import { chromium } from '@playwright/test'
import { recordFrames } from '../e2e/frames.ts'
import { launchWeb } from '../e2e/hosts.ts'
import { fillSessions } from '../e2e/sessions.ts'
import { findChromium } from '../scripts/find-chromium.mjs'
import type { BenchResult } from './index.ts'
import { allowNames, count, machine, median, quantile, startBenchRedis, table } from './setup.ts'

const ROUNDS = 3
/** Milliseconds of one way through the list. */
const LENGTH = 8000
const STEPS = 200
/** Milliseconds in which the list is left alone before it is scrolled. */
const SETTLING = 500

/** Frames of the page while it scrolls through all sessions, and while it does nothing: the machine's own floor. */
export async function benchScroll(sessions: number): Promise<BenchResult> {
  const executablePath = await findChromium()
  const redis = await startBenchRedis('--save', '', '--notify-keyspace-events', 'KA')
  let close = async () => {}
  const browser = await chromium.launch({
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    ...(executablePath === null ? {} : { executablePath }),
  })
  try {
    await fillSessions(redis.client, sessions)
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const app = await launchWeb(context, ['--redis', `redis://${redis.host}:${redis.port}`])
    close = app.close
    const { page } = app
    await allowNames(page)
    await page
      .getByText(`${count(sessions)} sessions`)
      .first()
      .waitFor({ timeout: 120_000 })
    await page.getByRole('columnheader', { name: 'User' }).getByRole('button').click()
    await page.getByText(/^user-0+1$/).waitFor()
    const grid = page.getByRole('grid', { name: 'Sessions' })
    const box = await grid.boundingBox()
    await page.mouse.move((box?.x ?? 0) + 200, (box?.y ?? 0) + 300)
    const height = await grid.evaluate((element) => element.scrollHeight)
    const still: number[][] = []
    const scrolling: number[][] = []
    const slow: number[] = []
    let loading = 0
    let blank = 0
    for (let round = 0; round < ROUNDS; round += 1) {
      still.push([...(await recordFrames(page, LENGTH / 2)).durations])
      await grid.press('Home')
      // What is measured begins when this leap has been drawn.
      await grid.getByText(/^user-0+1$/).waitFor()
      await page.waitForTimeout(SETTLING)
      const frames = recordFrames(page, LENGTH)
      const began = performance.now()
      for (let step = 0; step < STEPS; step += 1) {
        await page.mouse.wheel(0, height / STEPS)
        const due = began + ((step + 1) * LENGTH) / STEPS
        await page.waitForTimeout(Math.max(0, due - performance.now()))
      }
      const recorded = await frames
      scrolling.push([...recorded.durations])
      slow.push(...recorded.slow)
      loading += recorded.loading
      blank += recorded.blank
    }
    const rows = Object.entries({ still, scrolling }).map(([name, all]) => ({
      name,
      p50: median(all.map((durations) => quantile(durations, 0.5))),
      p95: median(all.map((durations) => quantile(durations, 0.95))),
      longest: median(all.map((durations) => durations.at(-1) ?? Number.NaN)),
      over50: all.flat().filter((duration) => duration > 50).length,
      frames: all.flat().length,
    }))
    const figures = { machine: machine(redis.version), sessions, rows, slow, loading, blank }
    return {
      report: [
        `${figures.machine}; ${count(sessions)} sessions from top to bottom in ${LENGTH / 1000} s, ${ROUNDS} rounds.`,
        '',
        table(
          ['frames', 'p50 ms', 'p95 ms (target 17)', 'longest ms', 'over 50 ms (target 0)', 'of'],
          rows.map(({ name, p50, p95, longest, over50, frames }) => [
            name,
            ...[p50, p95, longest].map((value) => value.toFixed(1)),
            String(over50),
            count(frames),
          ]),
        ),
        '',
        `Of the frames that scroll, ${count(loading)} drew all rows as on their way, ${count(blank)} nothing.`,
        ...(slow.length === 0
          ? []
          : [`Over 50 ms: those that ended after ${slow.map((at) => `${Math.round(at)} ms`).join(', ')}.`]),
      ].join('\n'),
      figures,
    }
  } finally {
    await close()
    await browser.close()
    await redis.stop()
  }
}
