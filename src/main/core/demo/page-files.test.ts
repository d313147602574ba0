import { describe, expect, it } from 'vitest'
import { pageFiles } from './page-files.ts'

const files = pageFiles({ ttl: 42, cookieName: 'sid', attributes: '"><script>' })
const html = String(files.get('/')?.content)
const scripts = [...files].filter(([, file]) => file.type.startsWith('text/javascript'))

describe('the page', () => {
  it('has no script, style or handler of its own, so that its policy can forbid them', () => {
    expect(html).not.toMatch(/\son\w+\s*=/i)
    expect(html).not.toMatch(/<style|\sstyle\s*=|javascript:/i)
    expect(html.match(/<script[^>]*>[^<]*/g)).toEqual(['<script type="module" src="/page/main.js">'])
  })

  it('loads nothing but files that are served with it', () => {
    const text = [...files.values()].map(({ content }) => String(content)).join('\n')
    const named = [...text.matchAll(/["'](\/page\/[^"']+|\.\/[\w-]+\.js)["']/g)].map(([, path = '']) =>
      path.replace(/^\.\//, '/page/'),
    )
    expect(named.length).toBeGreaterThan(8)
    for (const path of named) expect([path, files.has(path)]).toEqual([path, true])
  })

  it('never makes markup of what comes from a session', () => {
    for (const [path, { content }] of scripts) {
      expect([
        path,
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/.test(String(content)),
      ]).toEqual([path, false])
    }
  })

  it('carries the server’s facts, escaped', () => {
    expect(html).toContain('data-default-ttl="42"')
    expect(html).toContain('data-cookie-attributes="&#34;&#62;&#60;script&#62;"')
    expect(html).not.toContain('{{')
  })

  it('brings its fonts along', () => {
    const font = files.get('/page/inter.woff2')
    expect(font?.type).toBe('font/woff2')
    expect(String(font?.content).slice(0, 4)).toBe('wOF2')
  })
})
