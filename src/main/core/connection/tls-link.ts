import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect, type PeerCertificate, type TLSSocket } from 'node:tls'
import { AppError } from '#shared/errors.ts'
import { LINK_DEFAULTS, type SystemError } from './link-socket.ts'
import type { TlsSettings } from './target.ts'

export const TLS_DEFAULTS = {
  /** Milliseconds that a server has to send its first session ticket, which says that it takes the client. */
  judgedWithin: 250,
} as const

/** The settings as Node takes them. */
export function tlsOptions(settings: TlsSettings): ConnectionOptions {
  const { ca, cert, key, keyPassphrase, servername, acceptUntrusted } = settings
  return {
    ...(ca === null ? {} : { ca }),
    ...(cert === null ? {} : { cert }),
    ...(key === null ? {} : { key }),
    ...(keyPassphrase === null ? {} : { passphrase: keyPassphrase }),
    ...(servername === null ? {} : { servername }),
    rejectUnauthorized: !acceptUntrusted,
  }
}

/**
 * Makes TLS over a stream that is connected, and destroys it where that fails.
 * @param host whom the certificate has to name, where the settings name nobody else
 * @param where what the other end is called in sentences
 * @throws AppError `tls_mismatch`; the reason of an aborted signal
 */
export function openTls(
  stream: Duplex,
  settings: TlsSettings,
  { host, where, signal }: { readonly host: string; readonly where: string; readonly signal: AbortSignal },
): Promise<TLSSocket> {
  const name = settings.servername ?? host
  return new Promise((resolve, reject) => {
    try {
      signal.throwIfAborted()
      checkPems(settings)
    } catch (error) {
      stream.destroy()
      reject(error)
      return
    }
    const socket = connect({
      ...tlsOptions(settings),
      socket: stream,
      host: name,
      // An IP address is looked for in the certificate, but is no name that could be asked for (RFC 6066).
      ...(isIP(name) === 0 ? { servername: name } : { servername: '' }),
      // Judged below, where the certificate is still at hand to be named: Node too judges only after the handshake.
      rejectUnauthorized: false,
    })
    stream.on('error', (error) => socket.destroy(error))
    let judged: NodeJS.Timeout | undefined
    const settle = () => {
      clearTimeout(timer)
      clearTimeout(judged)
      signal.removeEventListener('abort', onAbort)
      socket.off('error', onError).off('close', onClose).off('secureConnect', onSecure)
    }
    const fail = (error: unknown) => {
      settle()
      socket.on('error', () => {}).destroy()
      stream.destroy()
      reject(error)
    }
    const onAbort = () => fail(signal.reason)
    const onError = (error: SystemError) => fail(handshakeFailure(error, where, settings))
    const onClose = () => fail(noTls(where))
    const timer = setTimeout(() => fail(noTls(where)), LINK_DEFAULTS.connectTimeout)
    const onSecure = () => {
      const reason = untrustedReason(socket)
      if (reason !== null && !settings.acceptUntrusted) {
        fail(certificateFailure(reason, socket.getPeerCertificate(), { name, where }))
        return
      }
      socket.off('secureConnect', onSecure)
      // With TLS 1.3 the server judges the client only now: what we wrote meanwhile would cost us its answer.
      if (socket.getProtocol() === 'TLSv1.3') {
        // The ticket is told of in the midst of a read: what is written then would be garbled.
        socket.once('session', () => setImmediate(onJudged))
        judged = setTimeout(onJudged, TLS_DEFAULTS.judgedWithin)
      } else onJudged()
    }
    const onJudged = () => {
      settle()
      stream.once('close', () => socket.destroy())
      socket.once('close', () => stream.destroy())
      resolve(socket)
    }
    signal.addEventListener('abort', onAbort)
    socket.once('error', onError).once('close', onClose).once('secureConnect', onSecure)
  })
}

/** Why nobody would have to trust the other end, as Node's code; null for one that is to be trusted. */
export const untrustedReason = ({ authorized, authorizationError }: TLSSocket): string | null =>
  // Typed as an Error, it is the code or the message of one.
  authorized ? null : String(authorizationError ?? 'not verified')

const WAYS = 'or accept a certificate that nothing vouches for'

/** What is wrong with a certificate, and the way out. */
export function certificateFailure(
  reason: string,
  certificate: PeerCertificate,
  { name, where }: { readonly name: string; readonly where: string },
): AppError {
  const fail = (message: string) => new AppError('tls_mismatch', message, { reason })
  const issuer = issuerName(certificate)
  if (reason === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const names = certificateNames(certificate)
    const listed = names.length === 0 ? 'no name at all' : names.join(', ')
    return fail(
      `The certificate of ${where} was issued for ${listed}, not for ${name}. Connect by a name that it has, give such a name as the server name (SNI), ${WAYS}.`,
    )
  }
  if (reason === 'CERT_HAS_EXPIRED') {
    const until = Date.parse(certificate.valid_to)
    return until < Date.now()
      ? fail(
          `The certificate of ${where} expired on ${day(until)}. Renew it on the server, or, until then, accept a certificate that nothing vouches for.`,
        )
      : fail(
          `A certificate of the authorities that vouch for ${where} has expired. Renew it, give one that is valid, ${WAYS}.`,
        )
  }
  if (reason === 'CERT_NOT_YET_VALID') {
    const from = day(Date.parse(certificate.valid_from))
    return fail(
      `The certificate of ${where} is valid only from ${from} on. Check the clocks of both machines, ${WAYS}.`,
    )
  }
  if (reason === 'DEPTH_ZERO_SELF_SIGNED_CERT') {
    return fail(
      `The certificate of ${where} is self-signed, so nothing vouches for it. Give this very certificate as the authority to trust, ${WAYS}.`,
    )
  }
  if (/SELF_SIGNED|UNABLE_TO|ISSUER|CHAIN/.test(reason)) {
    return fail(
      `The certificate of ${where} was issued by ${issuer}, which is not among the authorities that are trusted here. Give the certificate of that authority (PEM), ${WAYS}.`,
    )
  }
  return fail(
    `The certificate of ${where}, issued by ${issuer}, is not to be trusted (${reason}). Mend it on the server, ${WAYS}.`,
  )
}

/** The names and addresses that a certificate was issued for. */
export function certificateNames({ subjectaltname, subject }: PeerCertificate): readonly string[] {
  const alternatives = (subjectaltname ?? '')
    .split(', ')
    .filter((entry) => entry !== '')
    .map((entry) => entry.replace(/^(DNS|IP Address|URI|email):/, ''))
  return alternatives.length > 0 ? alternatives : nameOf(subject?.CN)
}

export const issuerName = ({ issuer }: PeerCertificate): string =>
  [...nameOf(issuer?.CN), ...nameOf(issuer?.O)][0] ?? 'an authority without a name'

const nameOf = (name: string | readonly string[] | undefined): readonly string[] =>
  name === undefined ? [] : typeof name === 'string' ? [name] : name

/** `2026-04-02`, of epoch milliseconds. */
export const day = (time: number): string =>
  Number.isFinite(time) ? new Date(time).toISOString().slice(0, 10) : 'an unknown day'

function handshakeFailure(error: SystemError, where: string, settings: TlsSettings): AppError {
  const alert = alertFailure(error, where, settings)
  return alert ?? noTls(where, error)
}

const noTls = (where: string, cause?: Error): AppError =>
  new AppError(
    'tls_mismatch',
    `${where} does not complete a TLS handshake. If this Redis has no TLS, switch TLS off.`,
    undefined,
    { cause },
  )

/**
 * What a server refuses in a handshake it says by an alert, which with TLS 1.3 comes when the handshake has ended for us
 * already. Null for what is no alert.
 */
export function alertFailure(error: SystemError, where: string, settings: TlsSettings): AppError | null {
  const alert = /ALERT_(?:NUMBER_)?(\w+)/i.exec(error.code ?? '')?.[1] ?? ''
  if (alert === '' && !/\balert\b/i.test(error.message)) return null
  const said = `${alert} ${error.message}`.replaceAll('_', ' ')
  const fail = (message: string) => new AppError('tls_mismatch', message, undefined, { cause: error })
  const shown = alert.toLowerCase().replaceAll('_', ' ') || 'an alert'
  const isOfCertificate = /certificate|unknown ca|handshake failure/i.test(said)
  if (isOfCertificate && settings.cert === null) {
    return fail(
      `${where} asks for a certificate of the client (${shown}). Give one with its key, or set tls-auth-clients to optional on the server.`,
    )
  }
  if (isOfCertificate) {
    const reason = /expired/i.test(said)
      ? 'because it has expired. Renew it'
      : 'because it does not know who issued it, or what it is for. Give one that its tls-ca-cert-file vouches for'
    return fail(`${where} refused the client's certificate (${shown}), ${reason}.`)
  }
  if (/unrecognized name/i.test(said)) {
    return fail(`${where} does not know the name it was asked for (SNI). Give another server name.`)
  }
  if (/protocol version/i.test(said)) {
    return fail(`${where} speaks only versions of TLS that are not spoken here. Allow TLS 1.2 or 1.3 on it.`)
  }
  return fail(`${where} refused the TLS connection (${shown}). Its log says why.`)
}

/** Certificates and keys that cannot be used are told apart before the handshake, where each has its own sentence. */
function checkPems({ ca, cert, key, keyPassphrase }: TlsSettings): void {
  if (ca !== null) certificates(ca, 'of the authority')
  if (cert === null && key === null) return
  if (cert === null) throw bad('The key of the client needs the certificate that it belongs to. Give both.')
  if (key === null) throw bad('The certificate of the client needs its private key. Give both.')
  const [own] = certificates(cert, 'of the client')
  if (own !== undefined && !own.checkPrivateKey(privateKey(key, keyPassphrase)))
    throw bad('The private key of the client does not belong to its certificate. Give the pair.')
}

function certificates(pem: string, whose: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END [^-]*-----/g) ?? []
  try {
    if (blocks.length === 0) throw new Error('no certificate')
    return blocks.map((block) => new X509Certificate(block))
  } catch (cause) {
    throw bad(
      `The certificate ${whose} is no PEM text. It begins with -----BEGIN CERTIFICATE-----; make one of a .der file with openssl x509 -inform der.`,
      cause,
    )
  }
}

function privateKey(pem: string, passphrase: string | null): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem', ...(passphrase === null ? {} : { passphrase }) })
  } catch (cause) {
    if (!/ENCRYPTED/.test(pem))
      throw bad(
        'The private key of the client is no PEM key. It begins with -----BEGIN PRIVATE KEY-----.',
        cause,
      )
    throw passphrase === null
      ? bad('The private key of the client has a passphrase. Enter it.', cause)
      : bad('The passphrase of the client’s private key is wrong. Check it.', cause)
  }
}

const bad = (message: string, cause?: unknown): AppError =>
  new AppError('tls_mismatch', message, undefined, { cause })
