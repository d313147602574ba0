/** The two channels between Electron's main process and a window. */
export const INVOKE_CHANNEL = 'inspector:invoke'
export const EVENT_CHANNEL = 'inspector:event'
