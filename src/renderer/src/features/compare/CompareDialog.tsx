import { useId, useState } from 'react'
import type { Bytes } from '#shared/bytes.ts'
import { LIMITS } from '#shared/model.ts'
import type { TabStatus } from '#shared/tabs.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { idInWords } from '../../lib/privacy-words.ts'
import { useTyped } from '../../lib/use-typed.ts'
import { useApp, usePrivacy, useTabs } from '../../stores/context.ts'
import { MiddleEllipsis } from '../list/MiddleEllipsis.tsx'
import { useTabLabel } from '../tabs/use-tab-label.ts'
import styles from './Compare.module.css'
import { Comparison } from './Comparison.tsx'
import { SideHead } from './SideHead.tsx'
import { useLiveSession } from './use-live-session.ts'

/** One session as it is on two connections, side by side and live. */
export function CompareDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const view = usePrivacy()
  // What was selected when it was opened: what is selected meanwhile is another matter.
  const [session] = useState(app.detail.store.getState)
  const own = useTabs(({ tabs }) => tabs.find(({ number }) => number === app.tab))
  const { selected: id, prefix } = session
  if (own === undefined || id === null) return null
  return (
    <Dialog
      wide="most"
      title="Compare with another connection"
      description={
        <>
          The session <code className={styles.id}>{idInWords(id, view)}</code> as it is here and there, kept
          up to date.
        </>
      }
      onClose={onClose}
    >
      <Sides own={own} prefix={prefix} id={id} />
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
      </DialogButtons>
    </Dialog>
  )
}

interface SidesProps {
  readonly own: TabStatus
  readonly prefix: string
  readonly id: Bytes
}

function Sides({ own, prefix, id }: SidesProps) {
  const labelOf = useTabLabel()
  const { tabs } = useApp()
  const others = useTabs((state) => state.tabs).filter(({ number }) => number !== own.number)
  const [chosen, setChosen] = useState(
    () => (others.find(({ state }) => state === 'connected') ?? others[0])?.number ?? null,
  )
  const [otherPrefix, setOtherPrefix] = useState(prefix)
  const { text, change } = useTyped(otherPrefix, setOtherPrefix)
  const [onlyDifferences, setOnlyDifferences] = useState(true)
  const select = useId()
  const input = useId()
  const other = others.find(({ number }) => number === chosen)
  // A tab that was closed meanwhile is none that could be read.
  const left = useLiveSession(tabs.transport(own.number), prefix, id)
  const right = useLiveSession(tabs.transport(chosen ?? own.number), otherPrefix, id)
  const selectable = others.filter(({ state, number }) => state === 'connected' || number === chosen)
  return (
    <>
      <div className={styles.sides}>
        <SideHead tab={own}>
          <span className={styles.prefix}>
            <span className={styles.word}>Prefix</span>
            <code className={styles.fixed}>
              <MiddleEllipsis text={prefix} />
            </code>
          </span>
        </SideHead>
        <SideHead
          tab={other}
          picker={
            <>
              <label htmlFor={select} className="visually-hidden">
                Other connection
              </label>
              <select
                id={select}
                className={styles.select}
                value={other?.number ?? ''}
                onChange={(event) => setChosen(Number(event.target.value))}
              >
                {other === undefined ? <option value="">closed meanwhile</option> : null}
                {selectable.map((tab) => (
                  <option key={tab.number} value={tab.number}>
                    {labelOf(tab)}
                  </option>
                ))}
              </select>
            </>
          }
        >
          <span className={styles.prefix}>
            <label htmlFor={input} className={styles.word}>
              Prefix there
            </label>
            <input
              id={input}
              className={styles.input}
              value={text}
              maxLength={LIMITS.prefixBytes}
              placeholder="none"
              spellCheck={false}
              autoComplete="off"
              onChange={(event) => change(event.target.value, 'push')}
              onKeyDown={(event) => {
                if (event.key === 'Enter') change(text, 'flush')
              }}
            />
          </span>
        </SideHead>
      </div>
      <Comparison
        left={left}
        right={right}
        own={own}
        other={other ?? null}
        refs={{ left: { prefix, id }, right: { prefix: otherPrefix, id } }}
        onlyDifferences={onlyDifferences}
        onOnlyDifferences={setOnlyDifferences}
      />
    </>
  )
}
