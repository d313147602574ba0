import { useEffect } from 'react'
import { isTyping } from '../../lib/focus.ts'
import { isMac } from '../../lib/platform.ts'
import { useApp } from '../../stores/context.ts'

/** Alt with a digit shows the tab at that place, also while a dialog is open or somebody types. */
export function useTabKeys(): void {
  const { tabs } = useApp()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const digit = /^Digit([1-9])$/.exec(event.code)?.[1]
      if (digit === undefined || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      // There it writes a letter.
      if (isMac && isTyping(event.target)) return
      event.preventDefault()
      tabs.showAt(Number(digit) - 1)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [tabs])
}

/** For the list of shortcuts. */
export const TAB_KEYS: readonly { readonly label: string; readonly keys: string }[] = [
  { label: 'First to ninth connection', keys: 'Alt 1–9' },
  { label: 'Connection beside it, at the tabs', keys: '← →' },
  { label: 'Close the connection’s tab, at the tabs', keys: 'Del' },
]
