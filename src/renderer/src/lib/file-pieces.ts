import { TRANSFER_LIMITS } from '#shared/transfer.ts'

/** What a file is to the page: a File is one. */
export interface ImportFile {
  readonly name: string
  readonly size: number
  slice(start: number, end: number): Blob
}

export interface Piece {
  /** Base64. */
  readonly chunk: string
  /** Bytes of the file up to its end. */
  readonly end: number
  readonly last: boolean
}

/** A file as calls carry it, read piece by piece. @throws DOMException where it has changed since it was chosen */
export async function* piecesOf(file: ImportFile): AsyncGenerator<Piece> {
  const { chunkBytes } = TRANSFER_LIMITS
  for (let start = 0; start === 0 || start < file.size; start += chunkBytes) {
    const end = Math.min(file.size, start + chunkBytes)
    const bytes = new Uint8Array(await file.slice(start, end).arrayBuffer())
    yield { chunk: toBase64(bytes), end, last: end >= file.size }
  }
}

/** A function takes only so many arguments. */
const CODES_AT_ONCE = 8192

function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += CODES_AT_ONCE) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CODES_AT_ONCE))
  }
  return btoa(binary)
}
