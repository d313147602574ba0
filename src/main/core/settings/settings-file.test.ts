import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '#shared/errors.ts'
import { SettingsFile } from './settings-file.ts'
import type { StoredConnection } from './settings-schema.ts'
import { storedConnection } from './testing/stored-connection.ts'

let folder = ''
let path = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'settings-test-'))
  path = join(folder, 'inspector', 'settings.json')
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

const add = (file: SettingsFile, entry: StoredConnection) =>
  file.change((settings) => ({ ...settings, connections: [...settings.connections, entry] }))
const ids = async (file: SettingsFile) => (await file.read()).connections.map(({ id }) => id)
const put = async (text: string) => {
  await mkdir(join(folder, 'inspector'), { recursive: true })
  await writeFile(path, text)
}
const onDisk = async () => JSON.parse(await readFile(path, 'utf8'))
const withEntries = (...entries: readonly unknown[]) => JSON.stringify({ version: 1, connections: entries })

const writer = (name: string, count: number) =>
  spawn(
    process.execPath,
    [
      '--import',
      'tsx',
      fileURLToPath(new URL('testing/writer.ts', import.meta.url)),
      path,
      name,
      String(count),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )

describe('the file of settings', () => {
  it('does not exist until something is saved, and is then nobody else’s to read', async () => {
    const file = new SettingsFile(path)
    expect(await ids(file)).toEqual([])
    expect(await readdir(folder)).toEqual([])
    await add(file, storedConnection('a'))
    expect(await onDisk()).toMatchObject({ version: 1, connections: [{ id: 'a' }] })
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect((await stat(join(folder, 'inspector'))).mode & 0o777).toBe(0o700)
    expect(await readdir(join(folder, 'inspector'))).toEqual(['settings.json'])
    expect(file.notice).toBeNull()
  })

  it('takes changes one after the other, and is read again by the next start', async () => {
    const file = new SettingsFile(path)
    await Promise.all(['a', 'b', 'c'].map((id) => add(file, storedConnection(id))))
    expect(await ids(new SettingsFile(path))).toEqual(['a', 'b', 'c'])
  })

  it('stays as it was where a change is refused', async () => {
    const file = new SettingsFile(path)
    await add(file, storedConnection('a'))
    const refuse = () => {
      throw new AppError('invalid_value', 'Not that.')
    }
    await expect(file.change(refuse)).rejects.toMatchObject({ code: 'invalid_value' })
    await add(file, storedConnection('b'))
    expect(await ids(file)).toEqual(['a', 'b'])
  })

  it('keeps what it does not know of', async () => {
    await put(JSON.stringify({ version: 1, connections: [], tabs: { open: [1, 2] } }))
    await add(new SettingsFile(path), storedConnection('a'))
    expect(await onDisk()).toMatchObject({ tabs: { open: [1, 2] }, connections: [{ id: 'a' }] })
  })

  it('writes through a link, and not over it', async () => {
    await mkdir(join(folder, 'inspector'))
    await writeFile(join(folder, 'real.json'), withEntries(storedConnection('a')))
    await symlink(join(folder, 'real.json'), path)
    await add(new SettingsFile(path), storedConnection('b'))
    expect(JSON.parse(await readFile(join(folder, 'real.json'), 'utf8')).connections).toHaveLength(2)
  })
})

describe('another process that writes too', () => {
  it('loses nothing of ours, nor we of its', async () => {
    const ours = new SettingsFile(path)
    const children = [writer('one', 15), writer('two', 15)]
    const ended = children.map((child) => once(child, 'exit'))
    for (let number = 0; number < 15; number += 1) await add(ours, storedConnection(`ours-${number}`))
    await Promise.all(ended)
    await add(ours, storedConnection('last'))
    const saved = await ids(ours)
    expect(saved).toHaveLength(46)
    expect(new Set(saved).size).toBe(46)
    expect(await readdir(join(folder, 'inspector'))).toEqual(['settings.json'])
  })

  it('leaves a whole file when it is killed in the middle, and its lock is taken over', async () => {
    await add(new SettingsFile(path), storedConnection('first'))
    const child = writer('killed', 1_000_000)
    const said: string[] = []
    createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
    await expect.poll(() => said.length, { timeout: 20_000 }).toBeGreaterThan(20)
    child.kill('SIGKILL')
    await once(child, 'exit')
    const file = new SettingsFile(path)
    const saved = await ids(file)
    expect(saved).toEqual(expect.arrayContaining(['first', ...said]))
    await add(file, storedConnection('after'))
    expect(file.saving).toBe(true)
    expect(await ids(new SettingsFile(path))).toEqual([...saved, 'after'])
  })

  it('takes a lock over from a process that has died', async () => {
    await put(withEntries())
    const child = spawn(process.execPath, ['-e', ''])
    await once(child, 'exit')
    await writeFile(`${path}.lock`, `${child.pid} gone`)
    const file = new SettingsFile(path)
    await add(file, storedConnection('a'))
    expect(file.saving).toBe(true)
    expect(await readdir(join(folder, 'inspector'))).toEqual(['settings.json'])
  })
})

describe('a file that cannot be used', () => {
  const at = () => Date.UTC(2026, 10, 26, 1, 2, 3, 4)

  it.each([
    ['no JSON', '{"version": 1, "connections": [{"password": "hunter2"', /no JSON/],
    ['no object', '"text"', /no version/],
    ['no version', '{"connections": []}', /no version/],
    ['another shape', '{"version": 1, "connections": {}}', /connections is not/],
    ['nothing', '', /no JSON/],
  ])('with %s is put aside, and named', async (_what, text, reason) => {
    await put(text)
    const file = new SettingsFile(path, at)
    expect(await ids(file)).toEqual([])
    const aside = join(folder, 'inspector', 'settings.broken-2026-11-26T01-02-03-004.json')
    expect(file.notice).toMatchObject({ kind: 'broken', message: expect.stringMatching(reason) })
    expect(file.notice?.message).toContain(path)
    expect(file.notice?.message).toContain(aside)
    expect(file.notice?.message).not.toContain('hunter2')
    expect(await readFile(aside, 'utf8')).toBe(text)
    await add(file, storedConnection('a'))
    expect(await ids(new SettingsFile(path))).toEqual(['a'])
    // The person may not have read it yet.
    expect(file.notice?.kind).toBe('broken')
  })

  it('in one of its connections loses that one alone, and a copy has it', async () => {
    const text = withEntries(
      storedConnection('a'),
      { id: 'b', name: 7 },
      storedConnection('c'),
      storedConnection('a'),
    )
    await put(text)
    const file = new SettingsFile(path, at)
    expect(await ids(file)).toEqual(['a', 'c'])
    expect(file.notice).toMatchObject({
      kind: 'entries',
      message: expect.stringMatching(/^2 saved connections .* number 2 \(name\), number 4 \(its id\)/),
    })
    const aside = join(folder, 'inspector', 'settings.broken-2026-11-26T01-02-03-004.json')
    expect(await readFile(aside, 'utf8')).toBe(text)
    const next = new SettingsFile(path)
    expect(await ids(next)).toEqual(['a', 'c'])
    expect(next.notice).toBeNull()
  })

  it('of a newer version is left untouched, and one works without saving', async () => {
    const text = JSON.stringify({ version: 2, connections: 'quite another shape' })
    await put(text)
    const file = new SettingsFile(path)
    expect(await ids(file)).toEqual([])
    expect(file.notice).toMatchObject({ kind: 'newer', message: expect.stringContaining('version 2') })
    await add(file, storedConnection('a'))
    expect(await ids(file)).toEqual(['a'])
    expect(file.saving).toBe(false)
    expect(await readFile(path, 'utf8')).toBe(text)
    expect(await readdir(join(folder, 'inspector'))).toEqual(['settings.json'])
  })

  it('that is a folder is said to be unreadable', async () => {
    await mkdir(path, { recursive: true })
    const file = new SettingsFile(path)
    expect(await ids(file)).toEqual([])
    expect(file.notice).toMatchObject({ kind: 'unreadable', message: expect.stringContaining('EISDIR') })
    await add(file, storedConnection('a'))
    expect(await ids(file)).toEqual(['a'])
  })
})

describe('a folder that cannot be written', () => {
  it('costs the saving alone, and is said; once it can be written, all of it is', async () => {
    await mkdir(join(folder, 'inspector'))
    // A file where the folder should be: root may write in any folder.
    const blocked = join(folder, 'blocked')
    await writeFile(blocked, '')
    const file = new SettingsFile(join(blocked, 'settings.json'))
    await add(file, storedConnection('a'))
    await add(file, storedConnection('b'))
    expect(await ids(file)).toEqual(['a', 'b'])
    expect(file.saving).toBe(false)
    expect(file.notice?.message).toMatch(/cannot be (written|read)/)
    await rm(blocked)
    await add(file, storedConnection('c'))
    expect(file.saving).toBe(true)
    expect(file.notice).toBeNull()
    expect(await ids(new SettingsFile(join(blocked, 'settings.json')))).toEqual(['a', 'b', 'c'])
  })

  it.skipIf(process.getuid?.() === 0)('for its rights, too', async () => {
    await put(withEntries(storedConnection('a')))
    await chmod(join(folder, 'inspector'), 0o500)
    const file = new SettingsFile(path)
    await add(file, storedConnection('b'))
    expect(file.notice).toMatchObject({ kind: 'unwritable' })
    expect(await ids(file)).toEqual(['a', 'b'])
    await chmod(join(folder, 'inspector'), 0o700)
  })
})
