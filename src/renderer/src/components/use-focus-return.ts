import { useState } from 'react'
import { focusPath, returnFocus } from '../lib/focus.ts'

/**
 * For `onCloseAutoFocus`: gives the focus back to where it was before the dialog opened. Radix gives it to the
 * dialog's trigger, and ours are opened by keys and commands as well.
 */
export function useFocusReturn(): (event: Event) => void {
  // Read while the dialog first renders: an autofocus within it comes later.
  const [path] = useState(() => focusPath(document.activeElement))
  return (event) => {
    event.preventDefault()
    returnFocus(path)
  }
}
