import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Why tests with certificates are skipped; null where they can be made. */
export const noOpenssl: string | null = await run('openssl', ['version']).then(
  () => null,
  () => 'there is no openssl to make certificates with',
)

export interface TestCertificate {
  /** PEM, and the files that hold it. */
  readonly cert: string
  readonly key: string
  readonly certFile: string
  readonly keyFile: string
}

export interface TestAuthority extends TestCertificate {
  /**
   * A certificate that this authority issues.
   * @param names as in subjectAltName: `DNS:localhost,IP:127.0.0.1`
   * @param days until it ends; negative for one that has ended
   */
  issue(name: string, names?: string, days?: number): Promise<TestCertificate>
  /** The key of a certificate, with a passphrase. */
  encryptKey(certificate: TestCertificate, passphrase: string): Promise<string>
  /** Removes the files. */
  remove(): Promise<void>
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate authority of a test's own. @param name what it is called */
export async function createAuthority(name: string): Promise<TestAuthority> {
  const directory = await mkdtemp(join(tmpdir(), 'certificates-'))
  let made = 0
  const file = (end: string) => join(directory, `${made}.${end}`)
  const read = async (): Promise<TestCertificate> => ({
    cert: await readFile(file('pem'), 'utf8'),
    key: await readFile(file('key'), 'utf8'),
    certFile: file('pem'),
    keyFile: file('key'),
  })
  const subject = ['-subj', `/O=Session Inspector Tests/CN=${name}`]
  const out = ['-keyout', file('key'), '-out', file('pem')]
  await run('openssl', ['req', '-x509', ...NEW_KEY, ...out, '-days', '30', ...subject])
  const own = await read()
  return {
    ...own,
    async issue(common, names, days = 30) {
      made += 1
      const request = ['-keyout', file('key'), '-out', file('csr'), '-subj', `/CN=${common}`]
      await run('openssl', ['req', ...NEW_KEY, ...request])
      const extensions = names === undefined ? '' : `subjectAltName=${names}\n`
      await writeFile(file('ext'), `basicConstraints=CA:FALSE\n${extensions}`)
      const by = ['-CA', own.certFile, '-CAkey', own.keyFile, '-set_serial', String(made)]
      const what = ['-in', file('csr'), '-out', file('pem'), '-extfile', file('ext'), '-days', String(days)]
      await run('openssl', ['x509', '-req', ...what, ...by])
      return read()
    },
    async encryptKey({ keyFile }, passphrase) {
      const { stdout } = await run('openssl', [
        ...['pkcs8', '-topk8', '-in', keyFile],
        ...['-passout', `pass:${passphrase}`],
      ])
      return stdout
    },
    remove: () => rm(directory, { recursive: true }),
  }
}
