import { Popover } from 'radix-ui'
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react'
import { debounce } from '../../lib/debounce.ts'
import { PREFIX } from '../../lib/focus.ts'
import { formatCount } from '../../lib/format.ts'
import { useFollowing } from '../../lib/use-typed.ts'
import { savedOf } from '../../stores/connections.ts'
import { useApp, useConnection, useConnections, useList, usePrefixes } from '../../stores/context.ts'
import styles from './Boxes.module.css'
import { PrefixList, prefixOptionId } from './PrefixList.tsx'
import { suggestions } from './prefix-suggestions.ts'

const PAUSE_MILLISECONDS = 350

/** The prefix, taken literally whatever characters it has, with the namespaces that there are to choose from. */
export function PrefixBox() {
  const app = useApp()
  const prefix = useList((state) => state.prefix)
  const total = useList((state) => state.progress?.total ?? null)
  const survey = usePrefixes((state) => state.survey)
  const id = useId()
  const list = useId()
  const status = useConnection((state) => state.status)
  const interest = useConnections((state) =>
    status?.state === 'connected' ? savedOf(state, status.target)?.prefixes : undefined,
  )
  const [text, setText] = useFollowing(prefix)
  const [open, setOpen] = useState(false)
  /** Since it was opened, also when what was typed has been applied meanwhile. */
  const [typed, setTyped] = useState(false)
  /** Which of the list Enter takes; null for what is typed. */
  const [marked, setMarked] = useState<number | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const apply = useMemo(() => debounce(PAUSE_MILLISECONDS, app.setPrefix), [app])
  useEffect(() => apply.cancel, [apply])
  // What stands in the box when one comes to it is no search: the whole list is offered until one types.
  const choices = suggestions(survey, typed ? text : '', interest)

  const show = () => {
    if (open) return
    setOpen(true)
    setTyped(false)
    setMarked(null)
    void app.prefixes.load()
  }
  const hide = () => {
    setOpen(false)
    setMarked(null)
  }
  const choose = (chosen: string) => {
    setText(chosen)
    apply.flush(chosen)
    hide()
  }
  const move = (step: 1 | -1) => {
    // Beside the list's entries, what is typed is a place to go back to.
    const places = choices.length + 1
    const at = ((marked ?? -1) + 1 + step + places) % places
    setMarked(at === 0 ? null : at - 1)
  }
  const press = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : null
    if (step !== null) {
      event.preventDefault()
      if (open) move(step)
      else show()
    }
    if (event.key === 'Enter') choose(choices[marked ?? -1]?.prefix ?? text)
    if (event.key === 'Tab') hide()
    if (event.key === 'Escape') {
      event.stopPropagation()
      apply.cancel()
      setText(prefix)
      hide()
    }
  }
  return (
    <Popover.Root open={open} onOpenChange={(wanted) => (wanted ? show() : hide())}>
      <Popover.Anchor asChild>
        <div ref={box} className={styles.box} data-part="prefix">
          <label htmlFor={id} className={styles.label}>
            Prefix
          </label>
          <input
            id={id}
            data-place={PREFIX}
            role="combobox"
            aria-expanded={open}
            aria-controls={list}
            aria-autocomplete="list"
            aria-activedescendant={open && marked !== null ? prefixOptionId(list, marked) : undefined}
            className={styles.input}
            value={text}
            title={text}
            placeholder="every key"
            maxLength={512}
            spellCheck={false}
            autoComplete="off"
            onFocus={show}
            onClick={show}
            onBlur={hide}
            onChange={(event) => {
              setText(event.target.value)
              setMarked(null)
              show()
              setTyped(true)
              apply.push(event.target.value)
            }}
            onKeyDown={press}
          />
          <span className={styles.count} title="Keys known under this prefix">
            {total === null ? '' : formatCount(total)}
          </span>
        </div>
      </Popover.Anchor>
      <Popover.Portal>
        <Popover.Content
          role="presentation"
          className={styles.picker}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => {
            if (event.target instanceof Node && box.current?.contains(event.target)) event.preventDefault()
          }}
        >
          <PrefixList id={list} choices={choices} marked={marked} current={prefix} onChoose={choose} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
