import type { ScenarioResult, Timing } from '../stage.ts'

export interface Scenario {
  readonly what: string
  play(timing: Timing): Promise<ScenarioResult>
}

const standalone = () => import('./standalone.ts')
const sentinel = () => import('./sentinel.ts')
const cluster = () => import('./cluster.ts')

/** Each scenario by its name; it is loaded only when it is played. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'kill-durable': {
    what: 'kill -9 and restart of a server that syncs each write to disk',
    play: async (timing) => (await standalone()).killDurable(timing),
  },
  'kill-volatile': {
    what: 'kill -9 and restart of a server without persistence',
    play: async (timing) => (await standalone()).killVolatile(timing),
  },
  freeze: {
    what: 'a server that stands still for 10 s (SIGSTOP) and goes on',
    play: async (timing) => (await standalone()).freeze(timing),
  },
  cut: {
    what: 'connections cut at random by a proxy',
    play: async (timing) => (await standalone()).cut(timing),
  },
  slow: {
    what: 'a link with 200 ms there and back, and 100 Mbit/s',
    play: async (timing) => (await standalone()).slow(timing),
  },
  full: {
    what: 'maxmemory reached, nothing evicted',
    play: async (timing) => (await standalone()).full(timing),
  },
  'sentinel-planned': {
    what: 'a failover that the Sentinels are asked for',
    play: async (timing) => (await sentinel()).sentinelPlanned(timing),
  },
  'sentinel-kill': {
    what: 'kill -9 of the master of a Sentinel group',
    play: async (timing) => (await sentinel()).sentinelKill(timing),
  },
  'cluster-planned': {
    what: 'a failover that a replica of a six-node cluster is asked for',
    play: async (timing) => (await cluster()).clusterPlanned(timing),
  },
  'cluster-kill': {
    what: 'kill -9 of a master of the cluster',
    play: async (timing) => (await cluster()).clusterKill(timing),
  },
  'cluster-reshard': {
    what: '2,000 slots moved from one master to another',
    play: async (timing) => (await cluster()).clusterReshard(timing),
  },
}
