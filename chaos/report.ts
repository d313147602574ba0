import { count, table } from '../bench/setup.ts'
import type { SoakResult } from './soak.ts'
import type { ScenarioResult } from './stage.ts'

const ms = (value: number | null) => (value === null ? '–' : count(Math.round(value)))
const mb = (bytes: number | undefined) => (bytes === undefined ? '–' : (bytes / 1024 / 1024).toFixed(1))
const failures = (failed: Readonly<Record<string, number>>) =>
  Object.values(failed).reduce((sum, each) => sum + each, 0)

export function scenarioTable(results: readonly ScenarioResult[]): string {
  const times = table(
    ['scenario', 'noticed ms', 'connected ms', 'fresh list ms', 'operations again ms', 'kept?'],
    results.map(({ name, obstacle, noticed, connected, fresh, resumed, broken }) => [
      name,
      ms(noticed),
      ms(connected),
      ms(fresh),
      ms(resumed),
      obstacle !== null ? 'not played' : broken.length === 0 ? 'yes' : 'NO',
    ]),
  )
  const writes = table(
    [
      'scenario',
      'asked',
      'acknowledged',
      'failed',
      'not sent',
      'lost by Redis',
      'gone beyond',
      'wrong',
      'zombies',
    ],
    results.map(({ name, load, lostByRedis, gone, wrongCount, zombies }) => [
      name,
      count(load.asked),
      count(load.acknowledged),
      count(failures(load.failed)),
      count(load.unsent),
      `${count(lostByRedis.sessions)} sessions, ${count(lostByRedis.increments)} increments`,
      String(gone.length),
      String(wrongCount),
      String(zombies.length),
    ]),
  )
  const memory = table(
    [
      'scenario',
      'heap MB before → after',
      'RSS MB',
      'handles',
      'sessions',
      'slowest window ms',
      'p99 of operations ms',
    ],
    results.map(({ name, before, after, sessions, slowestWindow, load }) => [
      name,
      `${mb(before?.heap)} → ${mb(after?.heap)}`,
      `${mb(before?.rss)} → ${mb(after?.rss)}`,
      `${before?.handles ?? '–'} → ${after?.handles ?? '–'}`,
      count(sessions),
      Number.isNaN(slowestWindow) ? '–' : ms(slowestWindow),
      Number.isNaN(load.p99) ? '–' : load.p99.toFixed(1),
    ]),
  )
  const details = results.flatMap(({ name, broken, wrong, gone, zombies, load }) => [
    ...broken.map((each) => `${name}: ${each}`),
    ...wrong.slice(0, 10).map((each) => `  ${each}`),
    ...gone.slice(0, 10).map((each) => `  ${each}`),
    ...zombies.slice(0, 10).map((each) => `  zombie ${each}`),
    ...(broken.length === 0
      ? []
      : Object.entries(load.failed).map(([why, times]) => `  failed ${times} ×: ${why}`)),
  ])
  return [times, writes, memory, details.join('\n')].join('\n\n').trim()
}

export function soakReport({ minutes, samples, warmUp, slope, load, broken }: SoakResult): string {
  const warm = samples.filter(({ at }) => at >= warmUp)
  const [first, last] = [warm[0], warm.at(-1)]
  const row = (name: string, of: (sample: (typeof samples)[number]) => string, an: string) => [
    name,
    first === undefined ? '–' : of(first),
    last === undefined ? '–' : of(last),
    an,
  ]
  const perHour = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`
  return [
    `${minutes} minutes; ${count(load.asked)} operations asked, ${count(load.acknowledged)} acknowledged, ${count(failures(load.failed))} failed, ${count(load.unsent)} not sent; p99 ${load.p99.toFixed(1)} ms. Warm-up ${Math.round(warmUp)} s, ${warm.length} samples after it.`,
    table(
      ['', 'after the warm-up', 'at the end', 'slope an hour'],
      [
        row('heap after GC', ({ heap }) => `${mb(heap)} MB`, perHour(slope.heap)),
        row('RSS', ({ rss }) => `${mb(rss)} MB`, perHour(slope.rss)),
        row('handles', ({ handles }) => String(handles), slope.handles.toFixed(1)),
        row('Redis clients', ({ redisClients }) => String(redisClients), ''),
      ],
    ),
    broken.length === 0 ? 'Flat.' : broken.join('\n'),
  ].join('\n\n')
}
