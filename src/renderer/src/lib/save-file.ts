/** Milliseconds for which the file stays at hand, so that a save dialog may be open for a while. */
const KEPT = 60_000

/** Hands a file to the browser as a download; Electron asks where to save it. */
export function saveFile(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), KEPT)
}

/** `session-2026-04-02-12-34-56.readable.ndjson`: local time, and of the prefix what every file system takes. */
export function fileName(prefix: string, kind: string, extension: string, at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * 60_000)
  const time = date.toISOString().slice(0, 19).replace(/[T:]/g, '-')
  const safe = prefix.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  return `${safe.slice(0, 60) || 'sessions'}-${time}.${kind}.${extension}`
}
