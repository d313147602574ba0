import { randomUUID } from 'node:crypto'
import type { AppInfo } from '#shared/model.ts'
import type { Attach, Emit } from '#shared/transport.ts'
import { PrivateRedis } from './connection/private-redis.ts'
import { type ResolvedTarget, resolveTarget, urlWithoutPassword } from './connection/target.ts'
import { DecoderClient } from './formats/decoder-client.ts'
import { SavedConnections } from './settings/saved-connections.ts'
import { NO_SECRET_BOX, type SecretBox } from './settings/secret-box.ts'
import { SettingsFile } from './settings/settings-file.ts'
import { type CommonServices, createTab } from './tab.ts'
import { TabEndpoint } from './tab-endpoint.ts'
import { Tabs } from './tabs.ts'

export interface InspectorOptions {
  readonly host: AppInfo['host']
  readonly version: string
  /** From `--redis` or REDIS_URL: what the connect form starts with. */
  readonly redisUrl: string | null
  /** Lines for the host's log: failures that no reply carries. */
  readonly log: (line: string) => void
  /** Where the settings are kept; null keeps them in memory. @default null */
  readonly settingsFile?: string | null
  /** What encrypts secrets for that file. @default none are kept there */
  readonly secrets?: SecretBox
  /** Where the private Redis may keep its data. @default nowhere */
  readonly privateRedisFolder?: string
  /** Epoch milliseconds. */
  readonly clock?: () => number
}

/** The core as a host holds it: one endpoint for each window or page in a browser. */
export interface Inspector {
  readonly attach: Attach
  /** Ends the demo servers, the private Redis and every connection. */
  stop(): Promise<void>
}

/** Builds the services behind the contract, and hands each client its calls. */
export function createInspector(options: InspectorOptions): Inspector {
  const clock = options.clock ?? Date.now
  const report = (error: unknown) =>
    options.log(error instanceof Error ? (error.stack ?? error.message) : String(error))
  const prefill = readPrefill(options)
  const clients = new Map<TabEndpoint, Emit>()
  const broadcast: Emit = (name, payload, tab) => {
    for (const emit of clients.values()) emit(name, payload, tab)
  }

  /** What is about no tab in particular. */
  const everywhere: Emit = (name, payload) => {
    for (const { number } of tabs.list) broadcast(name, payload, number)
  }

  const saved = new SavedConnections({
    file: new SettingsFile(options.settingsFile ?? null, clock),
    box: options.secrets ?? NO_SECRET_BOX,
    onChange: (list) => everywhere('connections.changed', list),
    newId: randomUUID,
  })
  const common: CommonServices = {
    clock,
    report,
    async info(): Promise<AppInfo> {
      return {
        version: options.version,
        host: options.host,
        platform: process.platform,
        prefill: prefill && urlWithoutPassword(prefill),
        prefillHasPassword: prefill !== null && prefill.password !== null,
      }
    },
    privateRedis: new PrivateRedis({
      dataFolder: options.privateRedisFolder ?? null,
      onChange: (status) => everywhere('privateRedis.changed', status),
    }),
    leavePrivateRedis() {
      for (const tab of tabs.all) tab.leavePrivateRedis()
    },
    prefill,
    saved,
    decoder: new DecoderClient(),
  }
  const tabs = new Tabs({
    create: (number, onChange) => createTab({ number, common, broadcast, onChange }),
    onChange: (list) => broadcast('tabs.changed', list),
    onClose(number) {
      for (const endpoint of clients.keys()) endpoint.closeTab(number)
    },
  })

  return {
    attach(emit) {
      const endpoint = new TabEndpoint({ tabs, emit, report })
      clients.set(endpoint, emit)
      return {
        dispatch: (name, arg, tab) => endpoint.dispatch(name, arg, tab),
        close() {
          clients.delete(endpoint)
          endpoint.close()
        },
      }
    },
    async stop() {
      await tabs.stop()
      await common.decoder.stop()
      await common.privateRedis.end()
    },
  }
}

function readPrefill({ redisUrl, log }: InspectorOptions): ResolvedTarget | null {
  if (!redisUrl) return null
  try {
    return resolveTarget({ url: redisUrl })
  } catch (error) {
    log(`The Redis URL given at the start is left out: ${error instanceof Error ? error.message : error}`)
    return null
  }
}
