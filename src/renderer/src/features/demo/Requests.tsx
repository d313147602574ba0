import { ChevronDown, ChevronRight } from 'lucide-react'
import { memo, useLayoutEffect, useRef, useState } from 'react'
import { withoutIds } from '#shared/mask.ts'
import type { DemoRequest } from '#shared/model.ts'
import { formatClock, plural } from '../../lib/format.ts'
import { idInWords, keyInWords } from '../../lib/privacy-words.ts'
import { useApp, useDemo, usePrivacy } from '../../stores/context.ts'
import styles from './DemoPanel.module.css'

/** Pixels from the end within which the stream keeps following. */
const NEAR_END = 24

/** The demo server's requests as they come, newest last; it follows the end unless one has scrolled up. */
export function Requests() {
  const requests = useDemo((state) => state.requests)
  const scroller = useRef<HTMLOListElement>(null)
  const follows = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a further request is what moves the end.
  useLayoutEffect(() => {
    const element = scroller.current
    if (element !== null && follows.current) element.scrollTop = element.scrollHeight
  }, [requests])
  if (requests.length === 0)
    return <p className={styles.quiet}>No request yet. Open the page and log in; its requests appear here.</p>
  return (
    <ol
      ref={scroller}
      className={styles.requests}
      aria-label="Demo requests"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < NEAR_END
      }}
    >
      {requests.map((request) => (
        <Request key={request.sequence} request={request} />
      ))}
    </ol>
  )
}

const Request = memo(function Request({ request }: { readonly request: DemoRequest }) {
  const app = useApp()
  const status = useDemo((state) => state.status)
  const [open, setOpen] = useState(false)
  const { at, method, path, status: code, durationMs, sessionId, effect, operations } = request
  const commands = operations.reduce((sum, operation) => sum + operation.commands.length, 0)
  const Chevron = open ? ChevronDown : ChevronRight
  const view = usePrivacy()
  const prefixes = status.state === 'running' ? [status.prefix] : []
  const name = sessionId === null ? '' : idInWords(sessionId, view)
  const goTo = (id: string) =>
    app.goTo(status.state === 'running' ? status.prefix : app.list.store.getState().prefix, id)
  return (
    <li>
      <div className={styles.request}>
        <span className={styles.dim}>{formatClock(at)}</span>
        <span className={styles.what} title={`${method} ${path}`}>
          <b>{method}</b> {path}
        </span>
        <span className={styles.code} data-class={Math.floor(code / 100)}>
          {code}
        </span>
        <span className={styles.duration}>
          {durationMs < 10 ? durationMs.toFixed(1) : Math.round(durationMs)} ms
        </span>
        <span className={styles.effect} title={effect}>
          {effect}
        </span>
        {sessionId === null ? (
          <span />
        ) : (
          <button
            type="button"
            className={styles.session}
            title={`Show session ${name}`}
            aria-label={`Show session ${name}`}
            onClick={() => goTo(sessionId)}
          >
            {view.mode === 'shown' ? `${sessionId.slice(0, 8)}…` : name}
          </button>
        )}
        {operations.length === 0 ? (
          <span className={styles.dim}>no commands</span>
        ) : (
          <button
            type="button"
            className={styles.expand}
            aria-expanded={open}
            aria-label={`Redis commands of request ${request.sequence}`}
            onClick={() => setOpen(!open)}
          >
            <Chevron size={12} aria-hidden />
            {plural(commands, 'command')}
          </button>
        )}
      </div>
      {open ? (
        <ul className={styles.commands}>
          {operations.map((operation, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the operations of a request never change.
            <li key={index}>
              <p className={styles.operation}>
                <b>{operation.operation}</b>{' '}
                <span className={styles.dim}>{keyInWords(operation.key, prefixes, view)}</span>{' '}
                <span className={styles.dim}>{operation.durationMs.toFixed(1)} ms</span>
              </p>
              {operation.commands.map((command, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the commands of an operation never change.
                <code key={at} className={styles.command}>
                  {withoutIds(command, prefixes, view)}
                </code>
              ))}
            </li>
          ))}
        </ul>
      ) : null}
    </li>
  )
})
