import { Check, Copy } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useApp } from '../stores/context.ts'
import { Button, IconButton } from './Button.tsx'

interface CopyButtonProps {
  /** The accessible name: "Copy session id". */
  readonly label: string
  readonly text: string
  /** Shown beside the icon; without it the button is the icon alone. */
  readonly children?: string
}

const SHOWN_MILLISECONDS = 1500

export function CopyButton({ label, text, children }: CopyButtonProps) {
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
