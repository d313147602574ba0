import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { lookup } from 'mrmime'
import { AppError } from '#shared/errors.ts'

export interface RendererFile {
  readonly body: Uint8Array<ArrayBuffer>
  /** `Content-Type` and `Cache-Control`. */
  readonly headers: Readonly<Record<string, string>>
}

export interface RendererFiles {
  /** The file behind a URL's path, `/` being the page itself; null where there is none. */
  read(pathname: string): Promise<RendererFile | null>
}

/**
 * The files of the built renderer. They are listed once, and a request finds only what is on that list: no path,
 * however it is written, leads out of the folder.
 * @throws AppError when the folder is absent: the app has not been built.
 */
export async function openRendererFiles(root: string): Promise<RendererFiles> {
  const files = new Map<string, string>()
  await list(root, '', files).catch((error: unknown) => {
    throw new AppError('internal', `There is no built renderer in ${root}. Run npm run build.`, undefined, {
      cause: error,
    })
  })
  const page = files.get('/index.html')
  if (page !== undefined) files.set('/', page)
  return {
    async read(pathname) {
      const file = files.get(pathname)
      if (file === undefined) return null
      return { body: await readFile(file), headers: headersOf(file, pathname) }
    },
  }
}

async function list(root: string, folder: string, files: Map<string, string>): Promise<void> {
  for (const entry of await readdir(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`
    if (entry.isDirectory()) await list(root, path, files)
    // A link could point out of the folder; the build makes none.
    else if (entry.isFile()) files.set(path, join(root, path))
  }
}

function headersOf(file: string, pathname: string): Record<string, string> {
  const type = lookup(file) ?? 'application/octet-stream'
  return {
    'Content-Type': type.startsWith('text/') ? `${type};charset=utf-8` : type,
    // The build puts a hash of the content into the names under /assets/.
    'Cache-Control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  }
}
