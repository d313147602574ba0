import { ChevronDown } from 'lucide-react'
import { Popover } from 'radix-ui'
import { type FormEvent, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import { Field } from '../../components/Field.tsx'
import { toFailure } from '../../lib/failure.ts'
import { formatDuration } from '../../lib/format.ts'
import { useApp } from '../../stores/context.ts'
import { useSessionBlock } from './session-block.ts'
import styles from './TtlEditor.module.css'

/** Seconds. */
const CHOICES = [60, 300, 1800, 3600, 86_400] as const

export function TtlEditor({ configuredTtl }: { readonly configuredTtl: number | null }) {
  const [open, setOpen] = useState(false)
  const blocked = useSessionBlock()
  return (
    <Popover.Root open={open && blocked === null} onOpenChange={setOpen}>
      <Popover.Trigger asChild>
        <Button small blocked={blocked}>
          Change TTL
          <ChevronDown size={13} aria-hidden />
        </Button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          className={styles.popover}
          align="start"
          sideOffset={4}
          collisionPadding={8}
          aria-label="Change TTL"
          onEscapeKeyDown={(event) => event.stopPropagation()}
        >
          <TtlForm
            initial={configuredTtl === null ? '' : String(configuredTtl)}
            onDone={() => setOpen(false)}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function TtlForm({ initial, onDone }: { readonly initial: string; readonly onDone: () => void }) {
  const app = useApp()
  const [text, setText] = useState(initial)
  const [error, setError] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const set = async (ttl: string) => {
    setText(ttl)
    setBusy(true)
    setError(null)
    try {
      await app.detail.setTtl(ttl)
      onDone()
      app.wrote(`The TTL is ${ttl.trim()} s now, counted from this moment.`)
    } catch (failed) {
      setError(toFailure(failed).message)
      setBusy(false)
    }
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!busy) void set(text)
  }
  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <div className={styles.line}>
        <Field
          label="TTL in seconds"
          mono
          inputMode="numeric"
          value={text}
          error={error}
          hint={
            /^\s*\d{1,15}\s*$/.test(text) && Number(text) > 0
              ? formatDuration(Number(text))
              : 'whole seconds, at least 1'
          }
          onChange={(event) => {
            setText(event.target.value)
            setError(null)
          }}
          onFocus={(event) => event.target.select()}
        />
        <Button kind="primary" type="submit" busy={busy} className={styles.set}>
          Set TTL
        </Button>
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would need a legend that is seen. */}
      <div className={styles.choices} role="group" aria-label="Quick choices">
        {CHOICES.map((seconds) => (
          <Button key={seconds} small onClick={() => set(String(seconds))}>
            {formatDuration(seconds)}
          </Button>
        ))}
      </div>
      <p className={styles.note}>Each access resets the time left to this. It starts now.</p>
    </form>
  )
}
