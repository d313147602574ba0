/** Where the keyboard can go: each tab has these places, marked by `data-place`, and one of them is on the screen. */
export const GRID = 'sessions'
export const DETAIL = 'session-detail'
export const COMMANDS = 'command-log'
export const TIMELINE = 'timeline'
export const RISKS = 'risks'
export const FILTER = 'filter'
export const PREFIX = 'prefix'

/** Nothing of a tab that is not shown can have the focus. */
export const isShown = (element: Element): boolean => element.checkVisibility()

export const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

export const placeOf = (place: string): HTMLElement | null =>
  [...document.querySelectorAll<HTMLElement>(`[data-place="${place}"]`)].find(isShown) ?? null

const focus = (place: string) => placeOf(place)?.focus()

export const focusGrid = () => focus(GRID)
export const focusDetail = () => focus(DETAIL)
export const focusCommands = () => focus(COMMANDS)
export const focusRisks = () => focus(RISKS)
export const focusFilter = () => {
  const input = placeOf(FILTER)
  if (input instanceof HTMLInputElement) {
    input.focus()
    input.select()
  }
}
export const focusPrefix = () => focus(PREFIX)

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
  const isLost = () => {
    const { activeElement } = document
    return activeElement === null || activeElement === document.body || !isShown(activeElement)
  }
  for (const element of path) {
    if (isLost() && element.isConnected && isShown(element)) element.focus()
  }
  if (isLost()) focusGrid()
}
