import { ChevronDown, ChevronUp } from 'lucide-react'
import { type ComponentType, useId } from 'react'
import { Splitter } from '../../components/Splitter.tsx'
import { useApp, useDrawer, useSettings } from '../../stores/context.ts'
import type { DrawerPanel } from '../../stores/drawer.ts'
import { CommandsBar } from '../commands/CommandsBar.tsx'
import { CommandsPanel } from '../commands/CommandsPanel.tsx'
import { DemoBar, DemoPanel } from '../demo/DemoPanel.tsx'
import { RisksBar, RisksPanel } from '../risks/RisksPanel.tsx'
import { TimelineBar, TimelinePanel } from '../timeline/TimelinePanel.tsx'
import styles from './Drawer.module.css'

const LEAST_HEIGHT = 120

/** What the drawer holds, by the words on its buttons: what each shows in the bar, and in the panel. */
const PANELS: readonly {
  readonly id: DrawerPanel
  readonly label: string
  readonly Bar: ComponentType
  readonly Panel: ComponentType
}[] = [
  { id: 'demo', label: 'Demo server', Bar: DemoBar, Panel: DemoPanel },
  { id: 'timeline', label: 'Timeline', Bar: TimelineBar, Panel: TimelinePanel },
  { id: 'risks', label: 'Risks', Bar: RisksBar, Panel: RisksPanel },
  { id: 'commands', label: 'Commands', Bar: CommandsBar, Panel: CommandsPanel },
]

/** Panels below the list, one at a time; closed, the bar tells of the demo server. */
export function Drawer() {
  const app = useApp()
  const panel = useId()
  const open = useDrawer((state) => state.open)
  const height = useSettings((state) => state.drawerHeight)
  const shown = PANELS.find(({ id }) => id === open)
  const Bar = shown?.Bar ?? DemoBar
  return (
    <section className={styles.drawer} aria-label="Tools">
      {shown === undefined ? null : (
        <Splitter
          label="Height of the drawer"
          orientation="horizontal"
          size={height}
          min={LEAST_HEIGHT}
          max={Math.max(LEAST_HEIGHT, window.innerHeight - 320)}
          onResize={(drawerHeight) => app.settings.setState({ drawerHeight })}
        />
      )}
      <div className={styles.bar}>
        <div className={styles.toggles}>
          {PANELS.map(({ id, label }) => (
            <button
              key={id}
              type="button"
              className={styles.toggle}
              aria-expanded={id === open}
              aria-controls={panel}
              onClick={() => app.drawer.toggle(id)}
            >
              {id === open ? <ChevronDown size={14} aria-hidden /> : <ChevronUp size={14} aria-hidden />}
              {label}
            </button>
          ))}
        </div>
        <Bar />
      </div>
      <div
        id={panel}
        className={styles.panel}
        hidden={shown === undefined}
        style={{ height: `min(${height}px, 45vh)` }}
      >
        {shown === undefined ? null : <shown.Panel />}
      </div>
    </section>
  )
}
