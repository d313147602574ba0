/** Where the keyboard can go, by the elements that are there at the moment. */
export const GRID_ID = 'sessions'
export const DETAIL_ID = 'session-detail'

const focus = (id: string) => document.getElementById(id)?.focus()

export const focusGrid = () => focus(GRID_ID)
export const focusDetail = () => focus(DETAIL_ID)
export const focusFilter = () => {
  const input = document.getElementById('filter')
  if (input instanceof HTMLInputElement) {
    input.focus()
    input.select()
  }
}
export const focusPrefix = () => focus('prefix')
