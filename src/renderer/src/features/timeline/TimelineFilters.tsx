import { Check, ChevronDown, Search, X } from 'lucide-react'
import { DropdownMenu } from 'radix-ui'
import { type ReactNode, useCallback } from 'react'
import { LIMITS } from '#shared/model.ts'
import { TIMELINE_AUTHORS, TIMELINE_KINDS, type TimelineKind } from '#shared/timeline.ts'
import { Button } from '../../components/Button.tsx'
import menu from '../../components/Menu.module.css'
import { placeOf, TIMELINE } from '../../lib/focus.ts'
import { formatCount } from '../../lib/format.ts'
import { useTyped } from '../../lib/use-typed.ts'
import { useApp, useTimeline } from '../../stores/context.ts'
import { AUTHORS, KINDS } from './event-words.ts'
import styles from './Timeline.module.css'

/** A panel of all sessions has no entry of where one of them began to be watched. */
const SHOWN_KINDS = TIMELINE_KINDS.filter((kind) => kind !== 'watched')

export function TimelineFilters() {
  const app = useApp()
  const matched = useTimeline((state) => state.matched)
  const waiting = useTimeline((state) => state.waiting)
  const paused = useTimeline((state) => state.paused)
  return (
    <div role="toolbar" aria-label="Timeline" className={styles.filters}>
      <TextFilter />
      <KindFilter />
      <AuthorFilter />
      <span className={styles.count} role="status">
        {formatCount(matched)} shown{paused ? ', paused' : ''}
      </span>
      <span className={styles.space} />
      {waiting === 0 ? null : (
        <Button
          small
          kind="primary"
          onClick={() => {
            placeOf(TIMELINE)?.scrollTo({ top: 0 })
            app.timeline.showNew()
          }}
        >
          {formatCount(waiting)} new
        </Button>
      )}
    </div>
  )
}

function TextFilter() {
  const { timeline } = useApp()
  const applied = useTimeline((state) => state.filter.text)
  const apply = useCallback((text: string) => timeline.setFilter({ text }), [timeline])
  const { text, change } = useTyped(applied, apply)
  return (
    <div className={styles.search}>
      <Search size={13} aria-hidden />
      <input
        className={styles.input}
        value={text}
        aria-label="User or session id"
        placeholder="User or session id"
        maxLength={LIMITS.timelineTextCharacters}
        spellCheck={false}
        autoComplete="off"
        onChange={(event) => change(event.target.value, 'push')}
        onKeyDown={(event) => {
          if (event.key === 'Enter') change(text, 'flush')
          if (event.key === 'Escape' && text !== '') {
            event.stopPropagation()
            change('', 'flush')
          }
        }}
      />
      {text === '' ? null : (
        <button
          type="button"
          className={styles.clear}
          aria-label="Clear the text"
          onClick={() => change('', 'flush')}
        >
          <X size={13} aria-hidden />
        </button>
      )}
    </div>
  )
}

function KindFilter() {
  const { timeline } = useApp()
  const kinds = useTimeline((state) => state.filter.kinds)
  const [only] = kinds
  const label =
    only === undefined ? 'All kinds' : kinds.length === 1 ? KINDS[only].label : `${kinds.length} kinds`
  const toggle = (kind: TimelineKind) =>
    timeline.setFilter({
      kinds: kinds.includes(kind) ? kinds.filter((each) => each !== kind) : [...kinds, kind],
    })
  return (
    <FilterMenu name="Kinds" label={label}>
      <DropdownMenu.Item
        className={menu.item}
        onSelect={(event) => {
          event.preventDefault()
          timeline.setFilter({ kinds: [] })
        }}
      >
        <span className={menu.mark}>{kinds.length === 0 ? <Check size={14} aria-hidden /> : null}</span>
        All kinds
      </DropdownMenu.Item>
      <DropdownMenu.Separator className={menu.separator} />
      {SHOWN_KINDS.map((kind) => (
        <DropdownMenu.CheckboxItem
          key={kind}
          className={menu.item}
          checked={kinds.includes(kind)}
          onSelect={(event) => event.preventDefault()}
          onCheckedChange={() => toggle(kind)}
        >
          <span className={menu.mark}>{kinds.includes(kind) ? <Check size={14} aria-hidden /> : null}</span>
          {KINDS[kind].label}
        </DropdownMenu.CheckboxItem>
      ))}
    </FilterMenu>
  )
}

function AuthorFilter() {
  const { timeline } = useApp()
  const by = useTimeline((state) => state.filter.by)
  const label = by === null ? 'By anybody' : `By ${AUTHORS[by]}`
  const choices = [null, ...TIMELINE_AUTHORS]
  return (
    <FilterMenu name="Who" label={label}>
      <DropdownMenu.RadioGroup value={by ?? ''}>
        {choices.map((choice) => (
          <DropdownMenu.RadioItem
            key={choice ?? ''}
            value={choice ?? ''}
            className={menu.item}
            onSelect={() => timeline.setFilter({ by: choice })}
          >
            <span className={menu.mark}>{by === choice ? <Check size={14} aria-hidden /> : null}</span>
            {choice === null ? 'By anybody' : `By ${AUTHORS[choice]}`}
          </DropdownMenu.RadioItem>
        ))}
      </DropdownMenu.RadioGroup>
    </FilterMenu>
  )
}

/** A button that says what is chosen, and the menu of the choices. */
function FilterMenu({
  name,
  label,
  children,
}: {
  readonly name: string
  readonly label: string
  readonly children: ReactNode
}) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>
        <Button small aria-label={`${name}: ${label}`}>
          {label}
          <ChevronDown size={13} aria-hidden />
        </Button>
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className={menu.menu} align="start" sideOffset={4} collisionPadding={8}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  )
}
