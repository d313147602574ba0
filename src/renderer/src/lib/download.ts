/** Saves a text as a file, as the browser does it; Electron asks where. @param type a MIME type */
export function downloadText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own hold on what it reads.
  setTimeout(() => URL.revokeObjectURL(url), 0)
}
