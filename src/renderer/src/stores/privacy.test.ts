import { expect, it } from 'vitest'
import { memoryStorage } from '../../../test/loopback.ts'
import { createPrivacy, type ListenToStorage, PRIVACY_KEY } from './privacy.ts'

const modeOf = (privacy: ReturnType<typeof createPrivacy>) => privacy.store.getState().mode

it('masks until somebody chooses otherwise, and remembers what was chosen', () => {
  const storage = memoryStorage()
  const first = createPrivacy(storage)
  expect(modeOf(first)).toBe('masked')
  first.setMode('streaming')
  const next = createPrivacy(storage)
  expect(modeOf(next)).toBe('streaming')
  expect(next.store.getState().salt).not.toBe(first.store.getState().salt)
})

it.each(['', 'SHOWN', '"shown"', '{}'])('masks where %j is stored', (text) => {
  const storage = memoryStorage()
  storage.setItem(PRIVACY_KEY, text)
  expect(modeOf(createPrivacy(storage))).toBe('masked')
})

it('masks where the storage is forbidden, and can be switched all the same', () => {
  const forbidden = () => {
    throw new Error('forbidden')
  }
  const privacy = createPrivacy({ getItem: forbidden, setItem: forbidden })
  expect(modeOf(privacy)).toBe('masked')
  privacy.setMode('shown')
  expect(modeOf(privacy)).toBe('shown')
})

it('follows what another window has chosen, and nothing else that is stored', () => {
  let tell: Parameters<ListenToStorage>[0] = () => {}
  const privacy = createPrivacy(memoryStorage(), (heard) => {
    tell = heard
  })
  tell(PRIVACY_KEY, 'streaming')
  expect(modeOf(privacy)).toBe('streaming')
  tell('another', 'shown')
  expect(modeOf(privacy)).toBe('streaming')
  tell(PRIVACY_KEY, null)
  expect(modeOf(privacy)).toBe('masked')
})
