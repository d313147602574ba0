import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isReachable, readWindowState, type WindowState, writeWindowState } from './window-state.ts'

const STATE: WindowState = { bounds: { x: 40, y: 30, width: 1400, height: 900 }, maximized: false }

describe('the state of the window', () => {
  let directory: string
  let file: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'window-state-test-'))
    file = join(directory, 'user data', 'window.json')
  })
  afterEach(() => rmSync(directory, { recursive: true }))

  it('is kept over a restart', () => {
    expect(readWindowState(file)).toBeNull()
    writeWindowState(file, STATE)
    writeWindowState(file, { ...STATE, maximized: true })
    expect(readWindowState(file)).toEqual({ ...STATE, maximized: true })
    expect(readdirSync(join(directory, 'user data'))).toEqual(['window.json'])
  })

  it('is left alone where its file is broken', () => {
    writeWindowState(file, STATE)
    const size = (width: unknown) => JSON.stringify({ ...STATE, bounds: { ...STATE.bounds, width } })
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"bounds":7}',
      size(10),
      size('1400'),
      size(1e9),
      size(1000.5),
    ]) {
      writeFileSync(file, text)
      expect([text, readWindowState(file)]).toEqual([text, null])
    }
  })

  it('is taken only where the window can be reached on a screen of now', () => {
    const screens = [
      { x: 0, y: 0, width: 1920, height: 1080 },
      { x: 1920, y: -200, width: 1280, height: 1024 },
    ]
    const at = (x: number, y: number) => isReachable({ x, y, width: 1000, height: 700 }, screens)
    expect([at(0, 0), at(900, 500), at(2500, -100), at(-900, 0)]).toEqual([true, true, true, true])
    expect([at(-990, 0), at(0, 1060), at(0, -500), at(4000, 0)]).toEqual([false, false, false, false])
  })
})
