import { type ReactNode, useLayoutEffect, useRef } from 'react'
import { focusPath, isShown, returnFocus } from '../../lib/focus.ts'
import { useApp, useTabs } from '../../stores/context.ts'
import { tabId, tabPanelId } from './TabItem.tsx'
import styles from './TabPanel.module.css'

/** What one tab shows. While it is hidden it is kept as it was left, and does nothing. */
export function TabPanel({ children }: { readonly children: ReactNode }) {
  const { tab } = useApp()
  const hasBar = useTabs((state) => state.tabs.length > 1)
  /** Where the keyboard was last, also in a dialog of this tab. */
  const last = useRef<readonly HTMLElement[]>([])
  useLayoutEffect(() => {
    const { activeElement } = document
    // Whoever walks the tabs goes on doing so.
    if (activeElement === null || activeElement === document.body || !isShown(activeElement))
      returnFocus(last.current)
  }, [])
  const panel = hasBar ? { role: 'tabpanel', id: tabPanelId(tab), 'aria-labelledby': tabId(tab) } : {}
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hears where the focus goes within it.
    <div
      {...panel}
      className={styles.panel}
      onFocus={(event) => {
        last.current = focusPath(event.target)
      }}
    >
      {children}
    </div>
  )
}
