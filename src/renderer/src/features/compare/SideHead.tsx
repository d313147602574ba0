import type { ReactNode } from 'react'
import type { TabStatus } from '#shared/tabs.ts'
import { EnvironmentMark } from '../../components/EnvironmentMark.tsx'
import { MiddleEllipsis } from '../list/MiddleEllipsis.tsx'
import bar from '../tabs/TabBar.module.css'
import { useTabLabel } from '../tabs/use-tab-label.ts'
import styles from './Compare.module.css'

interface SideHeadProps {
  /** Undefined for one that was closed meanwhile. */
  readonly tab: TabStatus | undefined
  /** Chooses another one, instead of the name. */
  readonly picker?: ReactNode
  readonly children: ReactNode
}

/** Which connection a side is of. */
export function SideHead({ tab, picker, children }: SideHeadProps) {
  const labelOf = useTabLabel()
  const environment = tab?.environment ?? null
  return (
    <div className={styles.side}>
      <div className={styles.where}>
        <span className={bar.dot} data-state={tab?.state ?? 'disconnected'} aria-hidden />
        {picker ?? (
          <span className={styles.own}>
            <MiddleEllipsis text={tab === undefined ? '' : labelOf(tab)} />
          </span>
        )}
        {environment === null ? null : <EnvironmentMark environment={environment} />}
      </div>
      {children}
    </div>
  )
}
