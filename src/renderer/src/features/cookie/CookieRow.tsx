import { ArrowRight } from 'lucide-react'
import type { Bytes } from '#shared/bytes.ts'
import type { CookieFinding, CookieSession } from '#shared/cookies.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button } from '../../components/Button.tsx'
import { SecretId } from '../../components/RowId.tsx'
import { formatDuration } from '../../lib/format.ts'
import { useList, useNow } from '../../stores/context.ts'
import { prefixInWords } from '../transfer/export-target.ts'
import styles from './Cookie.module.css'
import { CookieContent } from './CookieContent.tsx'
import { BAD_SIGNATURE, OUTCOMES, outcomeInWords, SIGNATURES } from './cookie-words.ts'

export interface CookieActions {
  readonly onOpen: (prefix: string, id: Bytes) => void
  readonly onSecret: () => void
  readonly onHistory: () => void
}

interface CookieRowProps {
  readonly finding: CookieFinding
  readonly actions: CookieActions
}

/** One cookie: whose it is, what has come of it, and where that leads. */
export function CookieRow({ finding, actions }: CookieRowProps) {
  const now = useNow()
  const { name, library, outcome, signature, note, sessions, ending, content } = finding
  const { icon: Icon, tone } = OUTCOMES[outcome]
  const signed = SIGNATURES[signature]
  const isBad = signature === 'bad' && outcome !== 'secret'
  return (
    <li className={styles.row} data-tone={tone}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <div className={styles.body}>
        <div className={styles.head}>
          {name === null ? (
            <span className={styles.unnamed}>A value without a name</span>
          ) : (
            <code className={styles.name} title={name}>
              {name}
            </code>
          )}
          {library === null ? null : <Badge tone="accent">{library}</Badge>}
          {signed === null ? null : <Badge tone={signed.tone}>{signed.words}</Badge>}
        </div>
        <p className={styles.outcome}>
          {[outcomeInWords(finding, now), note].filter((words) => words !== '').join(' ')}
        </p>
        {isBad ? (
          <p className={styles.warning}>{outcome === 'found' ? BAD_SIGNATURE.found : BAD_SIGNATURE.other}</p>
        ) : null}
        {sessions.map((session) => (
          <FoundSession
            key={`${session.prefix}\n${JSON.stringify(session.id)}`}
            session={session}
            now={now}
            onOpen={() => actions.onOpen(session.prefix, session.id)}
          />
        ))}
        <div className={styles.actions}>
          {ending?.to == null ? null : (
            <OpenButton onClick={() => actions.onOpen(ending.prefix, ending.to ?? '')}>
              Open it under its new id
            </OpenButton>
          )}
          {ending?.undoable === true ? (
            <Button small onClick={actions.onHistory}>
              Undo history…
            </Button>
          ) : null}
          {outcome === 'secret' ? (
            <Button small onClick={actions.onSecret}>
              Enter a secret
            </Button>
          ) : null}
        </div>
        {content === null ? null : <CookieContent content={content} />}
      </div>
    </li>
  )
}

interface FoundSessionProps {
  readonly session: CookieSession
  /** Epoch milliseconds. */
  readonly now: number
  readonly onOpen: () => void
}

function FoundSession({ session, now, onOpen }: FoundSessionProps) {
  const listed = useList((state) => state.prefix)
  const { prefix, id, format, user, type, expiresAt } = session
  const isElsewhere = prefix !== listed
  const facts = [
    user ?? 'nobody logged in that is known',
    format ?? (type === 'unknown' ? null : `a ${type}`),
    expiresAt === null ? 'never expires' : expiryInWords(expiresAt, now),
  ].filter((fact) => fact !== null)
  return (
    <div className={styles.session}>
      <div className={styles.about}>
        <p className={styles.key}>
          <span className={styles.prefix}>{prefixInWords(prefix)}</span>
          <SecretId id={id} />
        </p>
        <p className={styles.facts}>{facts.join(' · ')}</p>
        {isElsewhere ? (
          <p className={styles.facts}>
            Not under <code>{prefixInWords(listed)}</code>, which is listed: opening it lists this prefix.
          </p>
        ) : null}
      </div>
      <OpenButton onClick={onOpen}>Open session</OpenButton>
    </div>
  )
}

function OpenButton({ onClick, children }: { readonly onClick: () => void; readonly children: string }) {
  return (
    <Button small kind="primary" icon={ArrowRight} data-open="" onClick={onClick}>
      {children}
    </Button>
  )
}

const expiryInWords = (expiresAt: number, now: number): string =>
  expiresAt <= now ? 'expired just now' : `expires in ${formatDuration(Math.ceil((expiresAt - now) / 1000))}`
