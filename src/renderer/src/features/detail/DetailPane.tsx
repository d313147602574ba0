import { MousePointerClick } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { useStore } from 'zustand'
import { trueEnd } from '#shared/ends.ts'
import type { SessionDetail } from '#shared/model.ts'
import { EmptyState } from '../../components/EmptyState.tsx'
import { Kbd } from '../../components/Kbd.tsx'
import { Problem } from '../../components/Problem.tsx'
import { Ring } from '../../components/Ring.tsx'
import { DETAIL, focusGrid } from '../../lib/focus.ts'
import { formatClock } from '../../lib/format.ts'
import type { DetailTab } from '../../stores/app.ts'
import { useApp, useDecoded, useDetail } from '../../stores/context.ts'
import { isLibrarySession } from '../../stores/decoded.ts'
import { SessionTimeline } from '../timeline/SessionTimeline.tsx'
import { CliLines } from './CliLines.tsx'
import { DetailHeader } from './DetailHeader.tsx'
import styles from './DetailPane.module.css'
import { Facts } from './Facts.tsx'
import { KeyContent } from './KeyContent.tsx'
import { TimeActions } from './TimeActions.tsx'

/** The selected session. */
export function DetailPane() {
  const selected = useDetail((state) => state.selected)
  return (
    <section
      data-place={DETAIL}
      tabIndex={-1}
      aria-label="Session detail"
      className={styles.pane}
      onKeyDown={(event) => {
        // Not while a dialog or menu over the pane closes: their events bubble here through React alone.
        if (event.key === 'Escape' && event.currentTarget.contains(event.target as Node)) focusGrid()
      }}
    >
      {selected === null ? <NothingSelected /> : <SelectedSession />}
    </section>
  )
}

function NothingSelected() {
  return (
    <EmptyState icon={MousePointerClick} title="No session selected">
      <p>Click a row, or walk the list with the keyboard.</p>
      <ul className={styles.hints}>
        <li>
          <Kbd keys="↑ ↓" /> select
        </li>
        <li>
          <Kbd keys="/" /> filter
        </li>
        <li>
          <Kbd keys="n" /> new session
        </li>
        <li>
          <Kbd keys="?" /> all keys
        </li>
      </ul>
    </EmptyState>
  )
}

function SelectedSession() {
  const detail = useDetail((state) => state.detail)
  const ending = useDetail((state) => state.ending)
  const failure = useDetail((state) => state.failure)
  const decoded = useDecoded(isLibrarySession)
  const inside = useDecoded((state) => state.key?.session ?? null)
  return (
    <>
      <DetailHeader />
      <div className={styles.scroller}>
        {ending === null ? null : (
          <div className={styles.block}>
            <Problem tone="plain">
              <strong>
                {detail === null
                  ? 'This session has expired or was deleted.'
                  : ending.how === 'expired'
                    ? `This session expired at ${formatClock(ending.at)}.`
                    : `This session was deleted, seen at ${formatClock(ending.at)}.`}
              </strong>{' '}
              {detail === null ? 'What was seen of it is below.' : 'What was known last is shown below.'}
            </Problem>
          </div>
        )}
        {failure === null ? null : (
          <div className={styles.block}>
            <Problem>{failure.message}</Problem>
          </div>
        )}
        {detail?.problem && !decoded ? (
          <div className={styles.block}>
            <Problem tone="amber">
              {detail.problem} {whatCanBeDone(detail)}
            </Problem>
          </div>
        ) : null}
        {detail === null ? null : (
          <div data-ended={ending === null ? undefined : true} className={styles.body}>
            <div className={styles.time}>
              <Ring
                expiresAt={trueEnd(detail.expiresAt, inside).at}
                configuredTtl={detail.configuredTtl}
                ended={ending === null ? null : ending.how}
                expected={detail.state !== 'foreign'}
              />
            </div>
            <TimeActions detail={detail} />
            <Facts detail={detail} />
          </div>
        )}
        {detail === null && ending === null ? null : <Parts />}
      </div>
    </>
  )
}

/** What can be done with a key that is no session. */
function whatCanBeDone({ state, type }: SessionDetail): string {
  if (state === 'incomplete')
    return 'It can be edited as the plain hash that it is, its reserved fields too, since no session store keeps them here.'
  return type === 'string'
    ? 'Its value and its TTL can be changed, and it can be deleted.'
    : 'Its TTL can be changed and it can be deleted; what it holds is not edited here.'
}

/** Of a session that had ended before it was looked at, its timeline is all there is. */
function Parts() {
  const app = useApp()
  const detail = useDetail((state) => state.detail)
  const ended = useDetail((state) => state.ending !== null) || undefined
  const chosen = useStore(app.detailTab, (state) => state.tab)
  const tab = detail === null ? 'timeline' : chosen
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(value) => app.detailTab.setState({ tab: value as DetailTab })}
      className={styles.tabs}
    >
      <Tabs.List className={styles.tabList} aria-label="Parts of the session">
        {detail === null ? null : (
          <Tabs.Trigger value="fields" className={styles.tab}>
            {detail.state === 'foreign' ? 'Value' : 'Fields'}
          </Tabs.Trigger>
        )}
        <Tabs.Trigger value="timeline" className={styles.tab}>
          Timeline
        </Tabs.Trigger>
        {detail === null ? null : (
          <Tabs.Trigger value="cli" className={styles.tab}>
            redis-cli
          </Tabs.Trigger>
        )}
      </Tabs.List>
      {detail === null ? null : (
        <Tabs.Content value="fields" tabIndex={-1} className={styles.body} data-ended={ended}>
          <KeyContent detail={detail} />
        </Tabs.Content>
      )}
      <Tabs.Content value="timeline" tabIndex={-1}>
        <SessionTimeline />
      </Tabs.Content>
      {detail === null ? null : (
        <Tabs.Content value="cli" tabIndex={-1} className={styles.body} data-ended={ended}>
          <CliLines detail={detail} />
        </Tabs.Content>
      )}
    </Tabs.Root>
  )
}
