import { X } from 'lucide-react'
import { useEffect, useState } from 'react'
import type { CommandWord, LoggedCommand } from '#shared/commands.ts'
import type { PublicTarget } from '#shared/model.ts'
import { shownLine } from '#shared/redis-cli.ts'
import { Badge } from '../../components/Badge.tsx'
import { Button, IconButton } from '../../components/Button.tsx'
import { CopyButton } from '../../components/CopyButton.tsx'
import { RevealButton, useReveal } from '../../components/Secret.tsx'
import { focusCommands } from '../../lib/focus.ts'
import { formatCount, formatInstant } from '../../lib/format.ts'
import { entryInView, wordsInView } from '../../lib/privacy-words.ts'
import { useApp, useCommands, useConnection, useKnownPrefixes, usePrivacy } from '../../stores/context.ts'
import styles from './CommandDetails.module.css'
import { lacksSource, shellLine, whatIsLeftOut, wordsOf, wordsWithSource } from './command-lines.ts'
import { formatMoment, isSlow, replyText, tookText, wordOfFailure } from './command-text.ts'

/** One entry of the log as a whole, with the lines that do the same from a shell. */
export function CommandDetails() {
  const { commands } = useApp()
  const entry = useCommands((state) => state.selected)
  const target = useConnection(({ status }) =>
    status === null || status.state === 'disconnected' ? null : status.target,
  )
  const view = usePrivacy()
  const prefixes = useKnownPrefixes()
  if (entry === null || target === null) return null
  const close = () => {
    commands.select(entry, false)
    focusCommands()
  }
  return (
    <section
      className={styles.details}
      aria-label="Command"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.preventDefault()
        close()
      }}
    >
      <header className={styles.head}>
        <h3 className={styles.title}>{entry.purpose}</h3>
        <IconButton icon={X} label="Close the command" onClick={close} />
      </header>
      <Outcome entry={entryInView(entry, prefixes, view)} />
      {/* What was shown of one command is of that one alone. */}
      <Sent key={`sent ${entry.number}`} entry={entry} target={target} />
      {entry.ran.length === 0 ? null : <Ran key={`ran ${entry.number}`} lines={entry.ran} target={target} />}
      {entry.script === null ? null : <Script entry={entry} target={target} />}
    </section>
  )
}

function Outcome({ entry }: { readonly entry: LoggedCommand }) {
  const failure = wordOfFailure(entry)
  const { at, number, connection, error, outcome, reply, count, failed } = entry
  return (
    <>
      <p className={styles.facts}>
        <span title={formatInstant(at)}>{formatMoment(at)}</span>
        <span>#{formatCount(number)}</span>
        <span data-slow={isSlow(entry) || undefined}>
          {tookText(entry)}
          {isSlow(entry) ? ', slow' : ''}
        </span>
        {outcome === 'ok' && reply !== null ? <span>answered {replyText(reply)}</span> : null}
        {connection === 'notifications' ? <span>connection for notifications</span> : null}
      </p>
      {error === null ? null : (
        <p className={styles.error} data-failed={failure === null ? undefined : ''}>
          {failure === null ? null : (
            <Badge tone="red">{count === 1 ? failure : `${formatCount(failed)} ${failure}`}</Badge>
          )}{' '}
          {error}
        </p>
      )}
    </>
  )
}

interface PartProps {
  readonly entry: LoggedCommand
  readonly target: PublicTarget
}

const useScript = ({ script }: LoggedCommand) =>
  useCommands(({ scripts }) => (script === null ? null : (scripts.get(script.sha) ?? null)))

/** The line to read and to copy; copied it is for a shell, with where the server is. */
function Sent({ entry, target }: PartProps) {
  const script = useScript(entry)
  const words = script !== null && lacksSource(entry) ? wordsWithSource(entry, script.source) : wordsOf(entry)
  const left = whatIsLeftOut(words)
  const { count } = entry
  const line = useLine(wordsOf(entry))
  return (
    <div className={styles.part}>
      <div className={styles.partHead}>
        <h4 className={styles.label}>{count === 1 ? 'Sent' : `First of ${formatCount(count)} alike`}</h4>
        <RevealButton reveal={line.reveal} what="the whole line" />
        <CopyButton label="Copy as redis-cli" text={shellLine(target, words)} secret>
          Copy as redis-cli
        </CopyButton>
      </div>
      <code className={styles.line}>{line.text}</code>
      {left === null ? null : (
        <p className={styles.note}>
          Not kept: {left}. The copied line is a comment, so that it writes nothing else.
        </p>
      )}
    </div>
  )
}

function Script({ entry, target }: PartProps) {
  const { commands } = useApp()
  const sha = entry.script?.sha ?? ''
  const script = useScript(entry)
  const bySha = entry.name.startsWith('EVALSHA')
  const [shown, setShown] = useState(false)
  useEffect(() => {
    void commands.readScript(sha)
  }, [commands, sha])
  return (
    <div className={styles.part}>
      <div className={styles.partHead}>
        <h4 className={styles.label}>Script: {entry.script?.name ?? `${sha.slice(0, 8)}…`}</h4>
        {script === null ? null : (
          <>
            <Button kind="quiet" small aria-expanded={shown} onClick={() => setShown(!shown)}>
              {shown ? 'Hide source' : 'Show source'}
            </Button>
            {bySha ? (
              <CopyButton
                label="Copy as EVAL with its source"
                text={shellLine(target, wordsWithSource(entry, script.source))}
                secret
              >
                Copy as EVAL
              </CopyButton>
            ) : null}
          </>
        )}
      </div>
      {script !== null && shown ? <pre className={styles.source}>{script.source.trim()}</pre> : null}
      {script === null || shown || !bySha ? null : (
        <p className={styles.note}>
          By its hash it runs where the server knows it already; as EVAL, with its source, anywhere.
        </p>
      )}
    </div>
  )
}

function Ran({ lines, target }: { readonly lines: LoggedCommand['ran']; readonly target: PublicTarget }) {
  return (
    <div className={styles.part}>
      <h4 className={styles.label}>What the script did</h4>
      <ol className={styles.ran}>
        {lines.map((words, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: what a script did never changes.
          <RanLine key={index} words={words} target={target} />
        ))}
      </ol>
    </div>
  )
}

function RanLine({
  words,
  target,
}: {
  readonly words: LoggedCommand['ran'][number]
  readonly target: PublicTarget
}) {
  const name = shownLine(words.slice(0, 1))
  const line = useLine(words)
  return (
    <li>
      <code className={styles.line}>{line.text}</code>
      <RevealButton reveal={line.reveal} what={`the whole line of ${name}`} />
      <CopyButton label={`Copy ${name} as redis-cli`} text={shellLine(target, words)} secret />
    </li>
  )
}

/** A command as it is to be seen, and how one comes to see what is masked in it. */
function useLine(words: readonly CommandWord[]) {
  const view = usePrivacy()
  const prefixes = useKnownPrefixes()
  const masked = shownLine(wordsInView(words, prefixes, view))
  const whole = shownLine(words)
  const reveal = useReveal(masked !== whole)
  return { text: reveal.hidden ? masked : whole, reveal }
}
