import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useApp, usePrivacy } from '../stores/context.ts'
import { Button, IconButton } from './Button.tsx'

interface CopyButtonProps {
  /** The accessible name: "Copy session id". */
  readonly label: string
  readonly text: string
  /** It is or holds a secret: where that is not seen, it is said that the clipboard has it. */
  readonly secret?: boolean
  /** Shown beside the icon; without it the button is the icon alone. */
  readonly children?: string
}

/** Whoever streams must know that the clipboard holds what the screen does not show. */
export const COPIED_UNSEEN =
  'The real value is in the clipboard now. Take care where you paste it while others watch.'

const SHOWN_MILLISECONDS = 1500

export function CopyButton({ label, text, secret = false, children }: CopyButtonProps) {
  const { mode } = usePrivacy()
  const { toasts } = useApp()
  const [copied, setCopied] = useState(false)
  useEffect(() => {
    if (!copied) return
    const timer = setTimeout(() => setCopied(false), SHOWN_MILLISECONDS)
    return () => clearTimeout(timer)
  }, [copied])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setCopied(true)
      if (secret && mode === 'streaming') toasts.show('done', COPIED_UNSEEN)
    } catch {
      toasts.show('failed', 'The clipboard was not allowed. Select the text and copy it with the keyboard.')
    }
  }
  const icon = copied ? Check : Copy
  return children === undefined ? (
    <IconButton icon={icon} label={copied ? 'Copied' : label} onClick={copy} />
  ) : (
    <Button kind="quiet" small icon={icon} aria-label={label} onClick={copy}>
      {copied ? 'Copied' : children}
    </Button>
  )
}
