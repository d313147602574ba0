import { CircleSlash, Database, Loader, SearchX, ShieldAlert } from 'lucide-react'
import { Button } from '../../components/Button.tsx'
import { EmptyState } from '../../components/EmptyState.tsx'
import { toFailure } from '../../lib/failure.ts'
import { formatCount, plural } from '../../lib/format.ts'
import { useApp, useBlock, useConnection, useDemo, useList } from '../../stores/context.ts'

/** Why the list shows no row, and the way on. */
export function ListEmpty() {
  const { list } = useApp()
  const failure = useList((state) => state.failure)
  const filter = useList((state) => state.filter)
  const progress = useList((state) => state.progress)
  const problem = useList((state) => state.filterProblem)
  const reading = useList((state) => state.reading)
  if (failure !== null && progress === null)
    return (
      <EmptyState
        icon={ShieldAlert}
        title="The sessions cannot be listed"
        actions={<Button onClick={() => list.refresh()}>Try again</Button>}
      >
        {failure.message}
      </EmptyState>
    )
  if (problem !== null)
    return (
      <EmptyState
        icon={SearchX}
        title="The filter cannot be read"
        actions={<Button onClick={() => list.setFilter('')}>Clear filter</Button>}
      >
        {problem.message}
      </EmptyState>
    )
  if (progress !== null && progress.total > 0 && filter.trim() !== '')
    return (
      <EmptyState
        icon={SearchX}
        title="No session matches the filter"
        actions={<Button onClick={() => list.setFilter('')}>Clear filter</Button>}
      >
        Searched for <code>{filter}</code> in {plural(progress.total, 'session')}
        {progress.phase === 'complete'
          ? ''
          : ` so far; ${formatCount(progress.scanned)} of ${formatCount(progress.keys)} keys are scanned`}
        .{' '}
        {reading === null || reading.phase === 'complete'
          ? 'Words are looked for in the ids and the shown columns.'
          : `${formatCount(reading.done)} of them are read for it so far.`}
      </EmptyState>
    )
  if (progress?.phase === 'scanning')
    return (
      <EmptyState icon={Loader} title="Scanning…">
        {formatCount(progress.scanned)} of {formatCount(progress.keys)} keys looked at, none under the prefix
        yet.
      </EmptyState>
    )
  return <NoSessions />
}

function NoSessions() {
  const prefix = useList((state) => state.prefix)
  const progress = useList((state) => state.progress)
  const status = useConnection((state) => state.status)
  const db = status !== null && status.state !== 'disconnected' ? status.target.db : 0
  const keys = progress?.keys ?? 0
  if (keys === 0)
    return (
      <EmptyState icon={Database} title="This Redis is empty" actions={<WaysToLife />}>
        Database {db} holds no key yet. Fill it, or let an application write its sessions: they appear here by
        themselves.
      </EmptyState>
    )
  return (
    <EmptyState icon={CircleSlash} title="No session under this prefix" actions={<WaysToLife />}>
      Looked at {plural(progress?.scanned ?? 0, 'key')}
      {progress?.phase === 'stopped' ? ` of ${formatCount(keys)}` : ''} in database {db}; none starts with{' '}
      <code>{prefix}</code>. Type another prefix above, or leave it empty to see every key.
    </EmptyState>
  )
}

const SAMPLES = 200

/** One click to something alive. */
function WaysToLife() {
  const app = useApp()
  const samplesBlock = useBlock('addSamples')
  const createBlock = useBlock('create')
  const demoBlock = useBlock('demo')
  const adding = useList((state) => state.adding)
  const demoRuns = useDemo((state) => state.status.state === 'running')
  const addSamples = async () => {
    try {
      const added = await app.list.addSamples(SAMPLES)
      app.wrote(`Added ${plural(added, 'sample session')}.`)
    } catch (error) {
      app.toasts.show('failed', toFailure(error).message)
    }
  }
  return (
    <>
      <Button kind="primary" busy={adding} blocked={samplesBlock} onClick={addSamples}>
        Add {SAMPLES} sample sessions
      </Button>
      <Button blocked={createBlock} onClick={() => app.openDialog('create')}>
        Create a session
      </Button>
      {demoRuns ? null : (
        <Button blocked={demoBlock} onClick={() => app.startDemo()}>
          Start the demo server
        </Button>
      )}
    </>
  )
}
