import { dialog, shell } from 'electron'

/** Opens a web link in the system's browser; where there is none, shows the address to open by hand. */
export function openInBrowser(url: string): void {
  shell
    .openExternal(url)
    .catch(() => dialog.showErrorBox('No browser was opened', `Open this address yourself: ${url}`))
}
