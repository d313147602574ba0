/** The key of commands: ⌘ on a Mac, Ctrl elsewhere. */
export const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)
export const MOD = isMac ? '⌘' : 'Ctrl'

/** In the window of the desktop app, which leaves its keys to us; a browser keeps those of its own tabs. */
export const isDesktop = typeof window !== 'undefined' && 'inspector' in window
