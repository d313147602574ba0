/** The key of commands: ⌘ on a Mac, Ctrl elsewhere. */
export const isMac = typeof navigator !== 'undefined' && /mac/i.test(navigator.platform)
export const MOD = isMac ? '⌘' : 'Ctrl'
