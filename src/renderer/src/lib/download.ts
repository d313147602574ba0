/**
 * Hands a text to the browser as a file to be saved; where it goes is the person's choice, or that of the browser's
 * settings.
 * @param type MIME type
 */
export function downloadText(name: string, text: string, type: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The download has its own hold on the data once it has begun, which the click only asks for.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
