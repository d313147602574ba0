import { setTimeout as wait } from 'node:timers/promises'
import { chromium, type Page } from '@playwright/test'
import type { Redis } from 'ioredis'
import { launchWeb } from '../e2e/hosts.ts'
import { findChromium } from '../scripts/find-chromium.mjs'
import type { BenchResult } from './index.ts'
import {
  allowNames,
  type BenchRedis,
  count,
  fillSessions,
  machine,
  PREFIX,
  quantile,
  startBenchRedis,
  table,
} from './setup.ts'

const SESSIONS = 2000
const CHANGES_PER_SECOND = 1000
const SAMPLES = 100
/** Sorts before every other id, and so is always on the screen. */
const PROBE = '!probe'

interface Row {
  readonly live: string
  readonly p50: number
  readonly p95: number
  readonly max: number
}

/** Milliseconds from a change in Redis to the changed pixel. */
export async function benchLive(): Promise<BenchResult> {
  const executablePath = await findChromium()
  const browser = await chromium.launch({
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    ...(executablePath === null ? {} : { executablePath }),
  })
  const rows: Row[] = []
  let version = ''
  try {
    for (const live of ['notifications', 'polling']) {
      const redis = await startBenchRedis('--notify-keyspace-events', live === 'polling' ? '' : 'KA')
      try {
        version = redis.version
        await fillSessions(redis.client, SESSIONS)
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
        const app = await launchWeb(context, ['--redis', `redis://${redis.host}:${redis.port}`])
        try {
          rows.push({ live, ...(await measure(redis, app.page)) })
        } finally {
          await app.close()
          await context.close()
        }
      } finally {
        await redis.stop()
      }
    }
  } finally {
    await browser.close()
  }
  const figures = { machine: machine(version), rows }
  const targets: Readonly<Record<string, string>> = { notifications: '250', polling: '1,000, and a frame' }
  const report = [
    `${figures.machine}; ${SAMPLES} changes of a visible row among ${count(CHANGES_PER_SECOND)} changes a second of others.`,
    '',
    table(
      ['updates by', 'p50 ms', 'p95 ms', 'target of p95', 'longest ms'],
      rows.map(({ live, p50, p95, max }) => [
        live,
        ...[p50, p95].map((value) => value.toFixed(0)),
        targets[live] ?? '',
        max.toFixed(0),
      ]),
    ),
  ].join('\n')
  return { report, figures }
}

async function measure({ client }: BenchRedis, page: Page): Promise<Omit<Row, 'live'>> {
  const [other] = await client.keys(`${PREFIX}*`)
  await client.copy(other ?? '', PREFIX + PROBE)
  const ids = (await client.keys(`${PREFIX}*`)).filter((key) => !key.endsWith(PROBE))
  await page.getByRole('columnheader', { name: 'Session' }).getByRole('button').click()
  // Ids are masked, the probe's too, until they are asked for.
  await page.keyboard.press('Shift+V')
  // A pointer over the list would hold its rows where they are.
  await page.mouse.move(3, 3)
  await page.getByRole('row').filter({ hasText: PROBE }).waitFor()
  await allowNames(page)
  await watch(page)
  const stop = keepChanging(client, ids)
  const times: number[] = []
  for (let sample = 1; sample <= SAMPLES; sample += 1) {
    // At any moment of the intervals that the inspector has.
    await wait(300 + Math.random() * 1000)
    const value = 100_000 + sample
    const changed = performance.timeOrigin + performance.now()
    await client.hset(PREFIX + PROBE, 'page_views', value)
    times.push((await seen(page, value)) - changed)
  }
  stop()
  times.sort((a, b) => a - b)
  return { p50: quantile(times, 0.5), p95: quantile(times, 0.95), max: times.at(-1) ?? Number.NaN }
}

/** Notes in the page when the probe's cell first shows a number: in the frame after the one that painted it. */
async function watch(page: Page): Promise<void> {
  await page.evaluate((probe) => {
    const shown = new Map<number, number>()
    Object.assign(window, { shown })
    const look = () => {
      const row = [...document.querySelectorAll('[role="row"]')].find((each) =>
        each.textContent.includes(probe),
      )
      const value = Number(row?.querySelectorAll('[role="gridcell"]')[4]?.textContent.replaceAll(',', ''))
      if (!shown.has(value)) {
        requestAnimationFrame(() => shown.set(value, performance.timeOrigin + performance.now()))
      }
      requestAnimationFrame(look)
    }
    look()
  }, PROBE)
}

async function seen(page: Page, value: number): Promise<number> {
  const handle = await page.waitForFunction(
    (wanted) => (window as unknown as { shown: Map<number, number> }).shown.get(wanted),
    value,
    { timeout: 20_000 },
  )
  return (await handle.jsonValue()) as number
}

function keepChanging(client: Redis, keys: readonly string[]): () => void {
  const every = 10
  let at = 0
  const timer = setInterval(() => {
    const pipeline = client.pipeline()
    for (let i = 0; i < (CHANGES_PER_SECOND * every) / 1000; i += 1) {
      pipeline.hincrby(keys[at++ % keys.length] ?? '', 'page_views', 1)
    }
    pipeline.exec().catch(() => {})
  }, every)
  return () => clearInterval(timer)
}
