import { CircleQuestionMark } from 'lucide-react'
import { Popover } from 'radix-ui'
import { Tip } from '../../components/Tip.tsx'
import styles from './FilterHelp.module.css'

const EXAMPLES: readonly (readonly [filter: string, meaning: string])[] = [
  ['ada', 'in the id or a column that is shown'],
  ['user:ada', 'in one field; user is short for username'],
  ['theme=dark', 'just this value; also != < <= > >='],
  ['cart.items>3', 'inside a field’s JSON; a list by its length'],
  ['ttl<5m', 'Redis ends it by then; ms s m h d w'],
  ['ends<5m', 'Redis or its library does, whichever is first'],
  ['idle>30m', 'last seen more than half an hour ago'],
  ['age>2d', 'created more than two days ago'],
  ['size>4kb', 'takes more memory in Redis'],
  ['no:ttl', 'Redis keeps it; has: and no: take fields too'],
  ['is:expiring', 'or active, idle, expired, session, incomplete, foreign'],
  ['is:disputed', 'Redis’s TTL and the expiry inside disagree'],
  ['-user:ada', 'leaves out what it matches'],
  ['user:ada | user:grace', 'either; spaces ask for both'],
]

interface FilterHelpProps {
  readonly onInsert: (example: string) => void
  /** The focus goes back to where one types. */
  readonly onClosed: () => void
}

/** What a filter can say, by examples that a click takes over. */
export function FilterHelp({ onInsert, onClosed }: FilterHelpProps) {
  return (
    <Popover.Root>
      <Tip label="What a filter can say">
        <Popover.Trigger className={styles.open} aria-label="Filter syntax">
          <CircleQuestionMark size={14} aria-hidden />
        </Popover.Trigger>
      </Tip>
      <Popover.Portal>
        <Popover.Content
          className={styles.help}
          align="end"
          sideOffset={8}
          collisionPadding={8}
          aria-label="Filter syntax"
          onCloseAutoFocus={(event) => {
            event.preventDefault()
            onClosed()
          }}
        >
          <ul>
            {EXAMPLES.map(([filter, meaning]) => (
              <li key={filter}>
                <Popover.Close className={styles.example} onClick={() => onInsert(filter)}>
                  <code>{filter}</code>
                  <span>{meaning}</span>
                </Popover.Close>
              </li>
            ))}
          </ul>
          <p>
            Quotes hold spaces, <code>|</code> and parentheses together. Of a long value the first 200
            characters are looked at.
          </p>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
