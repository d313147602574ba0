import { copyFile, mkdir, readFile, rename } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import type { SettingsNotice } from '#shared/connections.ts'
import { AppError } from '#shared/errors.ts'
import { withFileLock } from './file-lock.ts'
import { NO_SETTINGS, parseSettings, type Settings, writeSettings } from './settings-schema.ts'

export const SETTINGS_DEFAULTS = {
  fileName: 'settings.json',
  /** Bytes that the file may take. */
  bytes: 32 * 1024 * 1024,
} as const

export type SettingsChange = (settings: Settings) => Settings

interface Loaded {
  readonly settings: Settings
  /** Whether the file may be written over. */
  readonly writable: boolean
  readonly notice: SettingsNotice | null
}

/**
 * The file of settings: read whole, changed one change at a time, written in one step. Other processes may change it
 * too, so it is read again before each change. Where it cannot be written the changes last as long as this object.
 */
export class SettingsFile {
  /** Null keeps everything in memory. */
  readonly #path: string | null
  readonly #clock: () => number
  /** Changes that the file does not have yet, oldest first: they are made again on what it holds by then. */
  #pending: SettingsChange[] = []
  #queue: Promise<unknown> = Promise.resolve()
  #notice: SettingsNotice | null = null
  #saving = true

  /** @param path of the file; null keeps the settings in memory */
  constructor(path: string | null, clock: () => number = Date.now) {
    this.#path = path
    this.#clock = clock
  }

  /** What was wrong with the file last, of this run; null for nothing. */
  get notice(): SettingsNotice | null {
    return this.#notice
  }

  /** Whether changes reach the disk. */
  get saving(): boolean {
    return this.#saving
  }

  /** Never rejects: where the file cannot be read these are the settings that go without it. */
  read(): Promise<Settings> {
    return this.#inTurn(async () => {
      const { settings, writable, notice } = await this.#load()
      this.#tell(notice, writable)
      return this.#withPending(settings)
    })
  }

  /**
   * Makes a change and writes it. Where that fails the change holds until the end of the run, and the notice says so.
   * @throws AppError what the change throws; then nothing is changed
   */
  change(change: SettingsChange): Promise<Settings> {
    return this.#inTurn(async () => {
      if (this.#path === null) return this.#keep(NO_SETTINGS, change)
      try {
        await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 })
        return await withFileLock(`${this.#path}.lock`, () => this.#write(change))
      } catch (error) {
        if (error instanceof AppError) throw error
        const { settings, writable, notice } = await this.#load()
        const kept = this.#keep(settings, change)
        this.#tell(writable ? unwritable(this.#path, error) : notice, false)
        return kept
      }
    })
  }

  /** Under the lock. */
  async #write(change: SettingsChange): Promise<Settings> {
    const { settings, writable, notice } = await this.#load()
    if (!writable) {
      this.#tell(notice, false)
      return this.#keep(settings, change)
    }
    const next = change(this.#withPending(settings))
    const text = writeSettings(next)
    if (Buffer.byteLength(text) > SETTINGS_DEFAULTS.bytes) {
      throw new AppError(
        'invalid_value',
        'The saved connections would take more than 32 MiB. Remove some, or their certificates.',
      )
    }
    await writeFileAtomic(this.#path ?? '', text, { mode: 0o600 })
    this.#pending = []
    this.#tell(notice, true)
    return next
  }

  /** Keeps a change that the file does not take. */
  #keep(settings: Settings, change: SettingsChange): Settings {
    const next = change(this.#withPending(settings))
    this.#pending.push(change)
    return next
  }

  #withPending(settings: Settings): Settings {
    return this.#pending.reduce((state, change) => change(state), settings)
  }

  /** A notice of what was put aside stays for the run: the file is good again by then, but the person may not know. */
  #tell(notice: SettingsNotice | null, saving: boolean): void {
    this.#saving = saving
    const lasting = this.#notice?.kind === 'broken' || this.#notice?.kind === 'entries'
    if (notice !== null || !lasting) this.#notice = notice
  }

  async #load(): Promise<Loaded> {
    const path = this.#path
    if (path === null) return { settings: NO_SETTINGS, writable: true, notice: null }
    let text: string
    try {
      text = await readFile(path, 'utf8')
    } catch (error) {
      if (isMissing(error)) return { settings: NO_SETTINGS, writable: true, notice: null }
      return {
        settings: NO_SETTINGS,
        writable: false,
        notice: {
          kind: 'unreadable',
          message: `The settings in ${path} cannot be read (${reasonOf(error)}). Connections that you save now are kept until the inspector ends. Make the file readable and start again.`,
        },
      }
    }
    const parsed = parseSettings(text)
    if (parsed.kind === 'newer') {
      return {
        settings: NO_SETTINGS,
        writable: false,
        notice: {
          kind: 'newer',
          message: `The settings in ${path} are of a newer inspector (version ${parsed.version}) and are left as they are. Connections that you save now are kept until this one ends. Use the newer one, or another folder.`,
        },
      }
    }
    if (parsed.kind === 'broken') return this.#putAside(path, parsed.reason)
    if (parsed.problems.length === 0) return { settings: parsed.settings, writable: true, notice: null }
    return this.#copyAside(path, parsed.settings, parsed.problems)
  }

  async #putAside(path: string, reason: string): Promise<Loaded> {
    const aside = this.#asideName(path)
    try {
      await rename(path, aside)
    } catch (error) {
      // Another inspector has put it aside a moment ago, and tells of it.
      if (isMissing(error)) return { settings: NO_SETTINGS, writable: true, notice: null }
      const message = `The settings in ${path} cannot be used: ${reason}; and they cannot be put aside (${reasonOf(error)}). Connections that you save now are kept until the inspector ends. Move the file away and start again.`
      return { settings: NO_SETTINGS, writable: false, notice: { kind: 'unreadable', message } }
    }
    const message = `The settings in ${path} could not be used: ${reason}. The file is now ${aside}; the inspector begins with none. Mend that file and put it back to have them again.`
    return { settings: NO_SETTINGS, writable: true, notice: { kind: 'broken', message } }
  }

  /** The whole file is copied, and written without the connections that are wrong, so that they are told of once. */
  async #copyAside(path: string, settings: Settings, problems: readonly string[]): Promise<Loaded> {
    const aside = this.#asideName(path)
    const which = problems.length === 1 ? 'One saved connection' : `${problems.length} saved connections`
    const listed = problems.slice(0, 5).join(', ')
    try {
      await copyFile(path, aside)
      await writeFileAtomic(path, writeSettings(settings), { mode: 0o600 })
    } catch (error) {
      const message = `${which} in ${path} cannot be used: ${listed}. The file is left as it is, since no copy can be made (${reasonOf(error)}); what you save now is kept until the inspector ends.`
      return { settings, writable: false, notice: { kind: 'unwritable', message } }
    }
    const message = `${which} in ${path} could not be used: ${listed}. The others are there; the file as it was is now ${aside}.`
    return { settings, writable: true, notice: { kind: 'entries', message } }
  }

  /** `settings.broken-2026-11-26T00-14-07-123.json`, beside the file. */
  #asideName(path: string): string {
    const { dir, name, ext } = parse(path)
    const time = new Date(this.#clock()).toISOString().replace('Z', '').replaceAll(/[:.]/g, '-')
    return join(dir, `${name}.broken-${time}${ext}`)
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work)
    this.#queue = turn.catch(() => {})
    return turn
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT'

const unwritable = (path: string, error: unknown): SettingsNotice => ({
  kind: 'unwritable',
  message: `The settings cannot be written to ${path} (${reasonOf(error)}). What you save now is kept until the inspector ends. Make the folder writable; the next change then writes all of them.`,
})

/** `EACCES`: the rest of such a message repeats the path. */
const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason'
