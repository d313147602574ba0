import { CircleCheck, CircleMinus, CircleX, LoaderCircle, TriangleAlert, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import type { ConnectionTest, TestStep, TestStepName } from '#shared/target.ts'
import { IconButton } from '../../components/Button.tsx'
import styles from './TestSteps.module.css'

const STEP_WORDS: Readonly<Record<TestStepName, string>> = {
  resolve: 'Name',
  tunnel: 'SSH tunnel',
  sentinel: 'Sentinel',
  connect: 'Connection',
  tls: 'TLS',
  auth: 'Sign in',
  permissions: 'Permissions',
  version: 'Server',
}

const STATES = {
  done: { icon: CircleCheck, word: 'done' },
  warning: { icon: TriangleAlert, word: 'warning' },
  failed: { icon: CircleX, word: 'failed' },
  skipped: { icon: CircleMinus, word: 'skipped' },
} as const

interface TestStepsProps {
  readonly test: ConnectionTest | 'running'
  readonly onClose: () => void
}

/** What a test of a connection went through, one step under the other. */
export function TestSteps({ test, onClose }: TestStepsProps) {
  const element = useRef<HTMLElement>(null)
  useEffect(() => {
    if (test !== 'running') element.current?.scrollIntoView({ block: 'nearest' })
  }, [test])
  return (
    <section ref={element} className={styles.test} aria-label="Test of the connection">
      <div className={styles.head} aria-live="polite">
        <h3 className={styles.verdict}>
          {test === 'running' ? <LoaderCircle size={14} aria-hidden className={styles.spin} /> : null}
          {test === 'running' ? 'Testing…' : verdict(test.steps)}
        </h3>
        {test === 'running' ? null : <IconButton icon={X} label="Close the test" onClick={onClose} />}
      </div>
      {test === 'running' ? null : (
        <ol className={styles.steps}>
          {test.steps.map((step) => (
            <Step key={step.step} step={step} />
          ))}
        </ol>
      )}
    </section>
  )
}

function verdict(steps: readonly TestStep[]): string {
  if (steps.some(({ state }) => state === 'failed')) return 'This connection does not work yet.'
  return steps.some(({ state }) => state === 'warning')
    ? 'This connection works, but for one thing.'
    : 'This connection works.'
}

function Step({ step: { step, state, detail, durationMs } }: { readonly step: TestStep }) {
  const { icon: Icon, word } = STATES[state]
  return (
    <li className={styles.step} data-state={state}>
      <Icon size={15} aria-hidden className={styles.icon} />
      <span className={styles.name}>{STEP_WORDS[step]}</span>
      <span className={styles.detail}>
        <span className="visually-hidden">{word}: </span>
        {detail}
      </span>
      <span className={styles.time}>{state === 'skipped' ? '' : formatDuration(durationMs)}</span>
    </li>
  )
}

const formatDuration = (milliseconds: number): string =>
  milliseconds < 1
    ? '<1 ms'
    : milliseconds < 1000
      ? `${Math.round(milliseconds)} ms`
      : `${(milliseconds / 1000).toFixed(1)} s`
