import type { App } from 'electron'
import { openInBrowser } from './open-in-browser.ts'
import { isWebLink } from './page.ts'

/** Keeps every page where it is: nothing navigates, opens windows or embeds pages; web links go to the browser. */
export function setupNavigation(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    contents.on('will-navigate', (event, url) => {
      // A page may reload itself, as the development server has it do.
      if (url !== contents.getURL()) event.preventDefault()
    })
    contents.on('will-attach-webview', (event) => event.preventDefault())
    contents.setWindowOpenHandler(({ url }) => {
      if (isWebLink(url)) openInBrowser(url)
      return { action: 'deny' }
    })
  })
}
