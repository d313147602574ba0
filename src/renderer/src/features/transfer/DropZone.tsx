import { FileUp } from 'lucide-react'
import { type DragEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../components/Button.tsx'
import styles from './Transfer.module.css'

interface DropZoneProps {
  readonly blocked: string | null
  readonly onFile: (file: File) => void
}

/** Where a file is dropped, or chosen by a dialog of the system. */
export function DropZone({ blocked, onFile }: DropZoneProps) {
  const input = useRef<HTMLInputElement>(null)
  const [over, setOver] = useState(false)
  useEffect(() => {
    // A file that misses the zone would be opened in place of the page.
    const keep = (event: globalThis.DragEvent) => event.preventDefault()
    window.addEventListener('dragover', keep)
    window.addEventListener('drop', keep)
    return () => {
      window.removeEventListener('dragover', keep)
      window.removeEventListener('drop', keep)
    }
  }, [])
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    const [file] = event.dataTransfer.files
    if (file !== undefined && blocked === null) onFile(file)
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is the mouse's way; the button is the keyboard's.
    <div
      className={styles.zone}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp size={24} strokeWidth={1.5} aria-hidden className={styles.zoneIcon} />
      <p>Drop a file here</p>
      <Button kind="primary" autoFocus blocked={blocked} onClick={() => input.current?.click()}>
        Choose a file…
      </Button>
      <input
        ref={input}
        type="file"
        aria-label="File to import"
        tabIndex={-1}
        className="visually-hidden"
        accept=".ndjson,.jsonl,.json,application/json,application/x-ndjson"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          // The same file can be chosen again then.
          event.target.value = ''
          if (file !== undefined && blocked === null) onFile(file)
        }}
      />
    </div>
  )
}
