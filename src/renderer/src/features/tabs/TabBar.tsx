import { useEffect, useRef } from 'react'
import { focusGrid } from '../../lib/focus.ts'
import { isMac } from '../../lib/platform.ts'
import { useApp, useTabs } from '../../stores/context.ts'
import { NewTab } from './NewTab.tsx'
import styles from './TabBar.module.css'
import { TabItem, tabId } from './TabItem.tsx'

/** The connections that are open side by side, from two on. */
export function TabBar() {
  const { tabs } = useApp()
  const list = useTabs((state) => state.tabs)
  const active = useTabs((state) => state.active)
  /** The keyboard is at the tabs, and stays there when another one is shown. */
  const walking = useRef(false)

  useEffect(() => {
    const element = active === null ? null : document.getElementById(tabId(active))
    element?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
    if (walking.current) element?.focus()
    walking.current = false
  }, [active])

  if (list.length < 2) return null
  const walk = (event: React.KeyboardEvent, move: () => void) => {
    event.preventDefault()
    walking.current = true
    move()
    // Where nothing moves, as before a question, the next change is none of the keyboard's.
    if (tabs.store.getState().closing !== null) walking.current = false
  }
  const press = (event: React.KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return
    const { key } = event
    if (key === 'ArrowRight') walk(event, () => tabs.step(1))
    else if (key === 'ArrowLeft') walk(event, () => tabs.step(-1))
    else if (key === 'Home') walk(event, () => tabs.showAt(0))
    else if (key === 'End') walk(event, () => tabs.showAt(list.length - 1))
    else if (key === 'Delete' || (isMac && key === 'Backspace'))
      walk(event, () => active !== null && tabs.close(active))
    else if (key === 'ArrowDown') {
      event.preventDefault()
      focusGrid()
    }
  }
  return (
    <div className={styles.bar}>
      <div
        role="tablist"
        tabIndex={-1}
        aria-label="Connections"
        className={styles.tabs}
        onKeyDown={press}
        onWheel={(event) => {
          // A wheel without a sideways turn goes along the tabs as well.
          if (event.deltaX === 0) event.currentTarget.scrollLeft += event.deltaY
        }}
      >
        {list.map((tab) => (
          <TabItem key={tab.number} tab={tab} active={tab.number === active} />
        ))}
      </div>
      <NewTab />
    </div>
  )
}
