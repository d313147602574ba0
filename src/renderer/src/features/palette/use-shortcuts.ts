import { useEffect } from 'react'
import { isShown, isTyping } from '../../lib/focus.ts'
import { useApp } from '../../stores/context.ts'
import { COMMANDS } from './commands.ts'

/** Hears the keys of the commands, wherever the focus is, but not while somebody types or a dialog is open. */
export function useShortcuts(): void {
  const app = useApp()
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return
      const { target } = event
      const floating = [
        ...document.querySelectorAll('[role="dialog"], [role="alertdialog"], [role="menu"]'),
      ].some(isShown)
      const command = COMMANDS.find(
        ({ matches, everywhere }) =>
          matches?.(event) === true && (everywhere === true || !(floating || isTyping(target))),
      )
      if (command === undefined || command.blocked(app) !== null) return
      event.preventDefault()
      void command.run(app)
    }
    window.addEventListener('keydown', press)
    return () => window.removeEventListener('keydown', press)
  }, [app])
}
