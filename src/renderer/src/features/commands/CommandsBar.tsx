import { ClipboardCopy, Pause, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { IconButton } from '../../components/Button.tsx'
import { toFailure } from '../../lib/failure.ts'
import { formatCount, plural } from '../../lib/format.ts'
import { wordsInView } from '../../lib/privacy-words.ts'
import type { App } from '../../stores/app.ts'
import type { CommandsState } from '../../stores/commands.ts'
import { totalsOf } from '../../stores/commands.ts'
import { useApp, useCommands, useConnection, useKnownPrefixes, usePrivacy } from '../../stores/context.ts'
import styles from './CommandsPanel.module.css'
import { commentLines, isWholeCommand, shellScript } from './command-lines.ts'
import { formatTook } from './command-text.ts'
import { copyFailure, wordsToCopy } from './copy.ts'

const isPaused = ({ holds }: CommandsState) => holds.has('paused')

/** What was sent in figures, and what is done with the log as a whole. */
export function CommandsBar() {
  const app = useApp()
  const paused = useCommands(isPaused)
  return (
    <>
      <Totals />
      <span className={styles.space} />
      <IconButton
        icon={paused ? Play : Pause}
        label={paused ? 'Follow commands again' : 'Pause the log'}
        tip={
          paused
            ? 'Show commands again as they are sent'
            : 'Hold what is shown; commands are noted all the same'
        }
        aria-pressed={paused}
        onClick={() => app.commands.hold('paused', !paused)}
      />
      <CopyAll />
      <IconButton icon={Trash2} label="Clear the log" onClick={() => clear(app)} />
    </>
  )
}

async function clear(app: App): Promise<void> {
  try {
    await app.commands.clear()
  } catch (error) {
    app.toasts.show('failed', toFailure(error).message)
  }
}

function Totals() {
  const commands = useCommands((state) => totalsOf(state).commands)
  const writes = useCommands((state) => totalsOf(state).writes)
  const average = useCommands((state) => totalsOf(state).averageMs)
  return (
    <p
      className={styles.totals}
      title="Since this connection was opened or the log was cleared, without what is sent in the background"
    >
      <b>{formatCount(commands)}</b> {commands === 1 ? 'command' : 'commands'}
      {' · '}
      <b>{formatCount(writes)}</b> {writes === 1 ? 'write' : 'writes'}
      {average === null ? null : (
        <>
          {' · '}
          <b>{formatTook(average)}</b> on average
        </>
      )}
    </p>
  )
}

function CopyAll() {
  const app = useApp()
  const [busy, setBusy] = useState(false)
  const target = useConnection(({ status }) =>
    status === null || status.state === 'disconnected' ? null : status.target,
  )
  const view = usePrivacy()
  const prefixes = useKnownPrefixes()
  /** @param whole with the ids, so that the lines can be run */
  const copy = async (whole: boolean) => {
    if (target === null || busy) return
    setBusy(true)
    try {
      const entries = (await app.commands.readAll()).toReversed()
      const commands = await Promise.all(entries.map((entry) => wordsToCopy(app, entry)))
      if (!whole) {
        await navigator.clipboard.writeText(
          commentLines(commands.map((words) => wordsInView(words, prefixes, view))),
        )
        app.toasts.offer(
          `Copied ${plural(commands.length, 'command')} with masked ids, to be read and not to be run.`,
          { label: 'Copy with whole ids', run: () => copy(true) },
        )
        return
      }
      await navigator.clipboard.writeText(shellScript(target, commands))
      const cut = commands.filter((words) => !isWholeCommand(words)).length
      app.toasts.show(
        'done',
        `Copied ${plural(commands.length, 'command')} for redis-cli.${cut === 0 ? '' : ` Of ${formatCount(cut)} secrets or long values are left out, so ${cut === 1 ? 'it is a comment' : 'they are comments'}.`}`,
      )
    } catch (error) {
      app.toasts.show('failed', copyFailure(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <IconButton
      icon={ClipboardCopy}
      label="Copy all shown as redis-cli"
      tip="Copy all that the filter shows, as lines for redis-cli"
      onClick={() => copy(view.mode === 'shown')}
    />
  )
}
