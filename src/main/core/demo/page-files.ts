import inter from '@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?inline'
import mono from '@fontsource-variable/jetbrains-mono/files/jetbrains-mono-latin-wght-normal.woff2?inline'
import type { PageFile } from './answer.ts'
import base from './page/base.css?raw'
import icon from './page/icon.svg?raw'
import html from './page/index.html?raw'
import main from './page/main.js?raw'
import requests from './page/requests.js?raw'
import ring from './page/ring.js?raw'
import sessionView from './page/session-view.js?raw'
import stream from './page/stream.js?raw'
import css from './page/style.css?raw'
import words from './page/words.js?raw'

/** What the page must know and its own script cannot see: the cookie is HttpOnly. */
export interface PageFacts {
  /** Seconds that a login gets by default. */
  readonly ttl: number
  readonly cookieName: string
  /** `Path=/; HttpOnly; SameSite=Lax` */
  readonly attributes: string
}

const PARTS = '/page/'
export const isPagePart = (path: string): boolean => path.startsWith(PARTS)

/** The page's files by path. They are the same for everybody: a session's data comes with GET /session alone. */
export function pageFiles(facts: PageFacts): ReadonlyMap<string, PageFile> {
  const values = { ttl: String(facts.ttl), cookieName: facts.cookieName, attributes: facts.attributes }
  const filled = Object.entries(values).reduce(
    (text, [name, value]) => text.replaceAll(`{{${name}}}`, () => escapeHtml(value)),
    html,
  )
  const page = { type: 'text/html; charset=utf-8', content: filled }
  const style = (content: string) => ({ type: 'text/css; charset=utf-8', content })
  const script = (content: string) => ({ type: 'text/javascript; charset=utf-8', content })
  return new Map<string, PageFile>([
    ['/', page],
    ['/index.html', page],
    [`${PARTS}base.css`, style(base)],
    [`${PARTS}style.css`, style(css)],
    [`${PARTS}icon.svg`, { type: 'image/svg+xml', content: icon }],
    [`${PARTS}inter.woff2`, font(inter)],
    [`${PARTS}mono.woff2`, font(mono)],
    [`${PARTS}main.js`, script(main)],
    [`${PARTS}requests.js`, script(requests)],
    [`${PARTS}ring.js`, script(ring)],
    [`${PARTS}session-view.js`, script(sessionView)],
    [`${PARTS}stream.js`, script(stream)],
    [`${PARTS}words.js`, script(words)],
  ])
}

/** From the `data:` URL that a file becomes when it is bundled. */
const font = (dataUrl: string): PageFile => ({
  type: 'font/woff2',
  content: Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64'),
})

const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
