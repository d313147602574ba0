/** Where the keyboard can go, by the elements that are there at the moment. */
export const GRID_ID = 'sessions'
export const DETAIL_ID = 'session-detail'
export const COMMANDS_ID = 'command-log'

const focus = (id: string) => document.getElementById(id)?.focus()

export const focusGrid = () => focus(GRID_ID)
export const focusDetail = () => focus(DETAIL_ID)
export const focusCommands = () => focus(COMMANDS_ID)
export const focusFilter = () => {
  const input = document.getElementById('filter')
  if (input instanceof HTMLInputElement) {
    input.focus()
    input.select()
  }
}
export const focusPrefix = () => focus('prefix')

/** An element and those around it that can have the focus, the nearest first. */
export function focusPath(element: Element | null): readonly HTMLElement[] {
  const path: HTMLElement[] = []
  for (let at = element; at instanceof HTMLElement; at = at.parentElement) {
    if (at === element || at.hasAttribute('tabindex')) path.push(at)
  }
  return path
}

/**
 * Gives the focus to the first of these that still takes it, else to the list. Does nothing where something else has
 * the focus by now: it was given on purpose.
 */
export function returnFocus(path: readonly HTMLElement[]): void {
  const isLost = () => document.activeElement === null || document.activeElement === document.body
  for (const element of path) {
    if (isLost() && element.isConnected) element.focus()
  }
  if (isLost()) focusGrid()
}
