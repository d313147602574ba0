import { Lock, X } from 'lucide-react'
import type { TabStatus } from '#shared/tabs.ts'
import { ColourStripe } from '../../components/ColourStripe.tsx'
import { EnvironmentMark } from '../../components/EnvironmentMark.tsx'
import { Tip } from '../../components/Tip.tsx'
import { tabFacts, tabName } from '../../lib/tab-words.ts'
import { savedOf } from '../../stores/connections.ts'
import { useApp, useConnections } from '../../stores/context.ts'
import { MiddleEllipsis } from '../list/MiddleEllipsis.tsx'
import styles from './TabBar.module.css'
import { useTabLabel } from './use-tab-label.ts'

export const tabId = (number: number): string => `tab-${number}`
export const tabPanelId = (number: number): string => `tab-panel-${number}`

const MIDDLE_BUTTON = 1

interface TabItemProps {
  readonly tab: TabStatus
  readonly active: boolean
}

export function TabItem({ tab, active }: TabItemProps) {
  const { tabs } = useApp()
  const { number, state, environment, readOnly } = tab
  const label = useTabLabel()(tab)
  const colour = useConnections((connections) => savedOf(connections, tab.target)?.colour ?? null)
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the mouse alone closes by its middle button.
    <div
      role="presentation"
      className={styles.tab}
      data-active={active || undefined}
      data-environment={environment ?? undefined}
      onAuxClick={(event) => {
        if (event.button === MIDDLE_BUTTON) tabs.close(number)
      }}
      // The middle button would begin to scroll, and any other take the focus from the list.
      onMouseDown={(event) => event.preventDefault()}
    >
      <Tip
        label={
          <span className={styles.facts}>
            {tabFacts(tab).map((fact) => (
              <span key={fact}>{fact}</span>
            ))}
          </span>
        }
      >
        <button
          type="button"
          role="tab"
          id={tabId(number)}
          tabIndex={active ? 0 : -1}
          aria-selected={active}
          aria-controls={active ? tabPanelId(number) : undefined}
          aria-label={tabName(tab, label)}
          aria-keyshortcuts="Delete"
          className={styles.name}
          onClick={() => tabs.show(number)}
        >
          <ColourStripe colour={colour} />
          <span className={styles.dot} data-state={state} aria-hidden />
          <span className={styles.label}>
            <MiddleEllipsis text={label} tip={false} />
          </span>
          {readOnly ? <Lock size={12} className={styles.lock} aria-hidden /> : null}
          {environment === null ? null : <EnvironmentMark environment={environment} />}
        </button>
      </Tip>
      {/* For the mouse alone: a list of tabs has nothing but tabs, which the Delete key closes. */}
      <button
        type="button"
        tabIndex={-1}
        aria-hidden
        title={`Close the tab of ${label}`}
        className={styles.close}
        onClick={() => tabs.close(number)}
      >
        <X size={13} aria-hidden />
      </button>
    </div>
  )
}
