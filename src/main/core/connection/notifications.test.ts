import { describe, expect, it } from 'vitest'
import { planChange, sendsAll, withAll } from './notifications.ts'

describe('the server’s notifications', () => {
  it.each([
    ['', 'AK'],
    ['xE', 'AKE'],
    ['AE', 'AKE'],
    ['gxKEmn', 'AKEmn'],
  ])('%j is completed to %s, and nothing in it is lost', (setting, complete) => {
    expect(sendsAll(setting)).toBe(false)
    expect(withAll(setting)).toBe(complete)
    expect(sendsAll(complete)).toBe(true)
  })

  it('are offered where something is missing, with the exact command', () => {
    expect(planChange('xE', null)).toEqual({
      kind: 'enable',
      current: 'xE',
      command: 'CONFIG SET notify-keyspace-events AKE',
      value: 'AKE',
    })
    expect(planChange('AK', null)).toBeNull()
    expect(planChange(null, null)).toBeNull()
  })

  it('are put back only where they are still what was set here', () => {
    const made = { before: '', after: 'AK' }
    expect(planChange('AK', made)).toMatchObject({
      kind: 'restore',
      command: 'CONFIG SET notify-keyspace-events ""',
    })
    expect(planChange('AKE', made)).toBeNull()
    expect(planChange('x', made)).toMatchObject({ kind: 'enable' })
  })
})
