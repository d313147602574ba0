import { describe, expect, it } from 'vitest'
import { isUnder, isWebLink, rendererPage } from './page.ts'
import { isAllowed } from './permissions.ts'

const ORIGIN = 'app://inspector'

describe('the page of the window', () => {
  it('comes from the scheme of the app', () => {
    expect(rendererPage(false, undefined)).toEqual({ url: 'app://inspector/', origin: ORIGIN })
    expect(rendererPage(false, '')).toEqual({ url: 'app://inspector/', origin: ORIGIN })
  })

  it('comes from the development server only where the app is not packaged', () => {
    const devUrl = 'http://localhost:5173'
    expect(rendererPage(false, devUrl)).toEqual({ url: devUrl, origin: devUrl })
    expect(rendererPage(true, devUrl)).toEqual({ url: 'app://inspector/', origin: ORIGIN })
  })
})

describe('isUnder', () => {
  it('takes URLs of the origin, and none that only begin like it', () => {
    for (const url of ['app://inspector/', 'app://inspector', 'app://inspector/a?b#c']) {
      expect([url, isUnder(ORIGIN, url)]).toEqual([url, true])
    }
    for (const url of [
      'app://inspector.example/',
      'app://inspectorx',
      'app://other/',
      'https://inspector/',
      '',
      'null',
    ]) {
      expect([url, isUnder(ORIGIN, url)]).toEqual([url, false])
    }
  })
})

describe('permissions', () => {
  it('allow our page to write to the clipboard, and nothing else to anyone', () => {
    expect(isAllowed('clipboard-sanitized-write', 'app://inspector/', ORIGIN)).toBe(true)
    expect(isAllowed('clipboard-sanitized-write', 'https://example.com/', ORIGIN)).toBe(false)
    for (const permission of [
      'clipboard-read',
      'media',
      'geolocation',
      'notifications',
      'openExternal',
      'hid',
    ]) {
      expect([permission, isAllowed(permission, 'app://inspector/', ORIGIN)]).toEqual([permission, false])
    }
  })
})

describe('isWebLink', () => {
  it('hands only http and https on to the browser', () => {
    for (const url of ['http://127.0.0.1:8080/', 'https://redis.io'])
      expect([url, isWebLink(url)]).toEqual([url, true])
    for (const url of [
      'file:///etc/passwd',
      'javascript:alert(1)',
      'smb://host/share',
      'ms-msdt:/id',
      'app://inspector/',
      '',
      'x',
    ]) {
      expect([url, isWebLink(url)]).toEqual([url, false])
    }
  })
})
