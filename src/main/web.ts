import { join } from 'node:path'
import envPaths from 'env-paths'
import { AppError } from '#shared/errors.ts'
import { version } from '../../package.json'
import { createInspector } from './core/services.ts'
import { SETTINGS_DEFAULTS } from './core/settings/settings-file.ts'
import { stopOnSignal } from './hosts/stop-on-signal.ts'
import { HELP, readWebCommandLine } from './hosts/web/command-line.ts'
import { openBrowser } from './hosts/web/open-browser.ts'
import { startOnFreePort } from './hosts/web/start.ts'

const log = (line: string) => console.error(line)

try {
  const { port, redisUrl, open, help, settings } = readWebCommandLine(process.argv.slice(2), process.env)
  if (help) {
    console.log(HELP)
    process.exit(0)
  }
  const usual = envPaths('redis-session-inspector', { suffix: '' })
  const inspector = createInspector({
    host: 'web',
    version,
    redisUrl,
    log,
    settingsFile: join(settings ?? usual.config, SETTINGS_DEFAULTS.fileName),
    privateRedisFolder: join(settings ?? usual.data, 'private-redis'),
  })
  const rendererDir = join(import.meta.dirname, '../renderer')
  const host = await startOnFreePort({ attach: inspector.attach, rendererDir, port, log })
  stopOnSignal(async () => {
    await host.stop()
    await inspector.stop()
  })
  console.log(`Redis Session Inspector: ${host.url}`)
  if (open) await openBrowser(host.urlForOnce())
} catch (error) {
  log(error instanceof AppError ? error.message : String(error instanceof Error ? error.stack : error))
  process.exit(1)
}
