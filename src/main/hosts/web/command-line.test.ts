import { describe, expect, it } from 'vitest'
import { redisOption } from '../redis-url.ts'
import { readWebCommandLine, USAGE } from './command-line.ts'

describe('the command line of the web host', () => {
  it('needs no option', () => {
    expect(readWebCommandLine([], {})).toEqual({
      port: null,
      redisUrl: null,
      open: true,
      settings: null,
      help: false,
    })
  })

  it('takes a port, a Redis URL, and the wish for no browser', () => {
    expect(readWebCommandLine(['--port', '0', '--redis', 'redis://h', '--no-open'], {})).toEqual({
      port: 0,
      redisUrl: 'redis://h',
      open: false,
      settings: null,
      help: false,
    })
    expect(readWebCommandLine(['--settings', 'a/folder', '--help'], {})).toMatchObject({
      settings: 'a/folder',
      help: true,
    })
    expect(readWebCommandLine(['--port=65535'], {}).port).toBe(65_535)
  })

  it('takes REDIS_URL where no --redis is given', () => {
    const environment = { REDIS_URL: 'redis://from-environment' }
    expect(readWebCommandLine([], environment).redisUrl).toBe('redis://from-environment')
    expect(readWebCommandLine(['--redis=redis://given'], environment).redisUrl).toBe('redis://given')
    expect(readWebCommandLine([], { REDIS_URL: '' }).redisUrl).toBeNull()
  })

  it('says how it is used when it does not understand', () => {
    for (const args of [['--prot', '1'], ['surplus'], ['--port'], ['--redis'], ['--no-open=1'], ['-x']]) {
      expect(() => readWebCommandLine(args, {})).toThrow(USAGE)
    }
    for (const port of ['', '-1', '65536', '80.5', 'abc', '0x50', '1e3', ' 80']) {
      expect(() => readWebCommandLine([`--port=${port}`], {})).toThrow(`not '${port}'`)
    }
  })
})

describe('the Redis option among those of Electron and Chromium', () => {
  it('is found wherever it stands, the last one counting', () => {
    const args = [
      '/usr/bin/electron',
      '--no-sandbox',
      '.',
      '--redis',
      'redis://a',
      '--redis=redis://b',
      '--flag',
    ]
    expect(redisOption(args)).toBe('redis://b')
    expect(redisOption(['.', '--redis'])).toBeNull()
    expect(redisOption(['.', '--redis='])).toBeNull()
    expect(redisOption([])).toBeNull()
  })
})
