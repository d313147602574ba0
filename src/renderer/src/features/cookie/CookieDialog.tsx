import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { COOKIE_LIMITS } from '#shared/cookies.ts'
import { Button } from '../../components/Button.tsx'
import { Dialog, DialogButtons } from '../../components/Dialog.tsx'
import { Problem } from '../../components/Problem.tsx'
import { focusDetail } from '../../lib/focus.ts'
import { useApp, usePrivacy } from '../../stores/context.ts'
import styles from './Cookie.module.css'
import { CookieResults } from './CookieResults.tsx'
import { useCookieSearch } from './use-cookie-search.ts'

/** From a pasted cookie to its session. What is typed here is kept nowhere else, and is gone when it closes. */
export function CookieDialog({ onClose }: { readonly onClose: () => void }) {
  const app = useApp()
  const { cookie } = app
  const { mode } = usePrivacy()
  const [text, setText] = useState(() => cookie.store.getState().pasted)
  const [secrets, setSecrets] = useState('')
  const { find, searching, answer } = useCookieSearch()
  const id = useId()
  const results = useRef<HTMLDivElement>(null)
  const secretBox = useRef<HTMLTextAreaElement>(null)
  const isPaste = useRef(false)

  // What was pasted elsewhere is looked for at once.
  useEffect(() => {
    const { pasted } = cookie.store.getState()
    cookie.take()
    if (pasted !== '') void find(pasted, [])
  }, [cookie, find])

  // A session that was found is one key away.
  useEffect(() => {
    if (answer.report !== null) results.current?.querySelector<HTMLElement>('[data-open]')?.focus()
  }, [answer])

  const change = (next: string) => {
    setText(next)
    if (isPaste.current) void find(next, linesOf(secrets))
    isPaste.current = false
  }
  const submitOnEnter = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    void find(text, linesOf(secrets))
  }

  return (
    <Dialog
      wide
      title="Find a session by its cookie"
      description="Paste a cookie, a Cookie or Set-Cookie header, or a curl command copied from the browser."
      onClose={onClose}
    >
      <div className={styles.form}>
        <div className={styles.field}>
          <label htmlFor={`${id}-text`} className={styles.label}>
            Cookies
          </label>
          <textarea
            id={`${id}-text`}
            className={styles.text}
            data-concealed={mode === 'streaming' || undefined}
            rows={4}
            value={text}
            maxLength={COOKIE_LIMITS.pasted}
            placeholder="connect.sid=s%3A…"
            spellCheck={false}
            autoComplete="off"
            onPaste={() => {
              isPaste.current = true
            }}
            onChange={(event) => change(event.target.value)}
            onKeyDown={submitOnEnter}
          />
        </div>
        <div className={styles.field}>
          <label htmlFor={`${id}-secrets`} className={styles.label}>
            Secret, if you have it
          </label>
          <textarea
            ref={secretBox}
            id={`${id}-secrets`}
            className={styles.secret}
            rows={Math.min(4, secrets.split('\n').length)}
            value={secrets}
            maxLength={COOKIE_LIMITS.secretCharacters}
            spellCheck={false}
            autoComplete="off"
            aria-describedby={`${id}-hint`}
            onChange={(event) => setSecrets(event.target.value)}
            onKeyDown={submitOnEnter}
          />
          <p id={`${id}-hint`} className={styles.hint}>
            What the application signs or encrypts cookies with: the session’s secret, SECRET_KEY, APP_KEY.
            One a line (Shift Enter). Used for this search alone and kept nowhere.
          </p>
        </div>
      </div>
      {answer.failure === null ? null : <Problem>{answer.failure.message}</Problem>}
      {answer.report === null ? null : (
        <div ref={results} aria-busy={searching}>
          <CookieResults
            report={answer.report}
            actions={{
              onOpen(prefix, session) {
                app.goTo(prefix, session)
                onClose()
                // When the focus was given back.
                requestAnimationFrame(focusDetail)
              },
              onSecret: () => secretBox.current?.focus(),
              onHistory: () => app.openDialog('history'),
            }}
          />
        </div>
      )}
      <DialogButtons>
        <Button onClick={onClose}>Close</Button>
        <Button
          kind="primary"
          busy={searching}
          blocked={text.trim() === '' ? 'Paste a cookie first.' : null}
          onClick={() => void find(text, linesOf(secrets))}
        >
          Find session
        </Button>
      </DialogButtons>
    </Dialog>
  )
}

const linesOf = (secrets: string): readonly string[] =>
  secrets
    .split(/\r?\n/)
    .filter((line) => line !== '')
    .slice(0, COOKIE_LIMITS.secrets)
