import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { Redis } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { type ConnectionTest, TEST_STEPS, type TestStep, type TestStepName } from '#shared/target.ts'
import { CLIENT_DEFAULTS, explain, openTimeout, targetOptions } from './client.ts'
import { asNetStream, openRaw } from './link.ts'
import { connectorFor } from './link-connector.ts'
import { type Place, placeLabel } from './link-socket.ts'
import { toAppError } from './redis-errors.ts'
import { sentinelsOf } from './sentinel.ts'
import { readServerFacts, refuseUnsupported, type ServerFacts } from './server-facts.ts'
import { tunnelOf } from './ssh-tunnel.ts'
import { type Address, addressLabel, publicTarget, type ResolvedTarget } from './target.ts'
import { certificateNames, day, issuerName, openTls, untrustedReason } from './tls-link.ts'

/** What a step found: in words, and whether the person should know of something. */
type Finding = string | { readonly warning: string }

/**
 * Tries a target step by step, over connections of its own that it closes again.
 * @param resolve what decides the target; what it throws is the first step's failure
 */
export async function testConnection(resolve: () => ResolvedTarget): Promise<ConnectionTest> {
  const steps = new Steps()
  let target: ResolvedTarget
  try {
    target = resolve()
  } catch (error) {
    await steps.run('resolve', () => Promise.reject(error))
    return steps.result(['resolve', 'connect', 'auth', 'permissions', 'version'])
  }
  const trial = new Trial(target)
  try {
    for (const step of trial.steps) {
      if (!(await steps.run(step, () => trial.run(step)))) break
    }
  } finally {
    trial.close()
  }
  return steps.result(trial.steps)
}

/** What came of each step. */
class Steps {
  readonly #done: TestStep[] = []

  /** @returns false where it failed */
  async run(step: TestStepName, work: () => Promise<Finding>): Promise<boolean> {
    const began = performance.now()
    const durationMs = () => Math.round(performance.now() - began)
    try {
      const found = await work()
      this.#done.push(
        typeof found === 'string'
          ? { step, state: 'done', detail: found, durationMs: durationMs() }
          : { step, state: 'warning', detail: found.warning, durationMs: durationMs() },
      )
      return true
    } catch (error) {
      const { code, message, details } = toAppError(error)
      const failure = details === undefined ? { code } : { code, details }
      this.#done.push({ step, state: 'failed', detail: message, durationMs: durationMs(), failure })
      return false
    }
  }

  result(wanted: readonly TestStepName[]): ConnectionTest {
    const detail = 'Not tried, since a step before it failed.'
    return {
      steps: wanted.map(
        (step) =>
          this.#done.find((done) => done.step === step) ?? { step, state: 'skipped', detail, durationMs: 0 },
      ),
    }
  }
}

/** One way to a server, as far as it has been gone. */
class Trial {
  readonly steps: readonly TestStepName[]
  readonly #target: ResolvedTarget
  readonly #end = new AbortController()
  readonly #release: () => void
  #place: Place | null = null
  #stream: Duplex | null = null
  #client: Redis | null = null
  #facts: ServerFacts | null = null

  constructor(target: ResolvedTarget) {
    this.#target = target
    this.#place = target.path
    this.#release = target.ssh === null ? () => {} : tunnelOf(target.ssh).hold()
    const leftOut = new Set<TestStepName>()
    if (target.ssh === null) leftOut.add('tunnel')
    if (target.ssh === null && target.path !== null) leftOut.add('resolve')
    if (target.deployment !== 'sentinel') leftOut.add('sentinel')
    if (target.tls === null) leftOut.add('tls')
    this.steps = TEST_STEPS.filter((step) => !leftOut.has(step))
  }

  run(step: TestStepName): Promise<Finding> {
    switch (step) {
      case 'resolve':
        return this.#resolve()
      case 'tunnel':
        return this.#tunnel()
      case 'sentinel':
        return this.#sentinel()
      case 'connect':
        return this.#connect()
      case 'tls':
        return this.#tls()
      case 'auth':
        return this.#auth()
      case 'permissions':
        return this.#permissions()
      case 'version':
        return this.#version()
    }
  }

  close(): void {
    this.#end.abort(new Error('the test has ended'))
    this.#client?.disconnect()
    this.#stream?.destroy()
    this.#release()
  }

  /** The names that this machine has to look up; those behind a tunnel are the SSH server's business. */
  async #resolve(): Promise<Finding> {
    const { ssh } = this.#target
    const hosts = ssh === null ? this.#addresses().map(({ host }) => host) : [ssh.host]
    const looked = await Promise.all(
      [...new Set(hosts)].map(async (host) => {
        if (isIP(host) !== 0) return { found: true, line: `${host} is an address, with nothing to look up.` }
        const addresses = await lookup(host, { all: true }).catch(() => [])
        return addresses.length === 0
          ? { found: false, line: `No host is named ${host}. Check its spelling and your network.` }
          : { found: true, line: `${host} is ${addresses.map(({ address }) => address).join(', ')}.` }
      }),
    )
    const text = looked.map(({ line }) => line).join(' ')
    if (looked.every(({ found }) => !found)) throw new AppError('unreachable', text)
    return looked.every(({ found }) => found) ? text : { warning: text }
  }

  async #tunnel(): Promise<Finding> {
    const { ssh } = this.#target
    if (ssh === null) return ''
    const { hostKey, vouched } = await tunnelOf(ssh).connect(this.#end.signal)
    const by = { agent: 'the agent', key: 'its key', password: 'its password' }[ssh.method]
    const known = vouched === 'known_hosts' ? 'is among the known hosts' : 'was accepted for this connection'
    return `Logged in at ${addressLabel(ssh)} as ${ssh.username} by ${by}. Its ${hostKey.type} key ${hostKey.fingerprint} ${known}.`
  }

  async #sentinel(): Promise<Finding> {
    const { master, by, others } = await sentinelsOf(this.#target).ask(this.#end.signal)
    this.#place = master
    const more = others.length === 1 ? 'one other watches' : `${others.length} others watch`
    return `${addressLabel(by)} names ${addressLabel(master)} as the master of ${this.#target.masterName}; ${more} it too.`
  }

  async #connect(): Promise<Finding> {
    const began: readonly Place[] = this.#place === null ? this.#addresses() : [this.#place]
    const failures: string[] = []
    let last: unknown
    for (const place of began) {
      const words = { where: placeLabel(place), server: 'Redis' }
      try {
        this.#stream = await openRaw(this.#target, place, words, this.#end.signal)
        this.#stream.on('error', () => {})
        this.#place = place
        const way = this.#target.ssh === null ? '' : ` through ${addressLabel(this.#target.ssh)}`
        const text = `${words.where} takes the connection${way}.`
        return failures.length === 0 ? text : { warning: `${text} ${failures.join(' ')}` }
      } catch (error) {
        last = error
        failures.push(toAppError(error).message)
      }
    }
    if (this.#target.deployment === 'sentinel' && typeof this.#place !== 'string' && this.#place !== null) {
      throw sentinelsOf(this.#target).masterFailure(this.#place, last)
    }
    throw failures.length === 1 ? last : new AppError('unreachable', failures.join(' '))
  }

  async #tls(): Promise<Finding> {
    const { tls } = this.#target
    if (tls === null || this.#stream === null || this.#place === null) return ''
    const host = typeof this.#place === 'string' ? 'localhost' : this.#place.host
    const socket = await openTls(this.#stream, tls, {
      host,
      where: placeLabel(this.#place),
      signal: this.#end.signal,
    })
    socket.on('error', () => {})
    this.#stream = socket
    return describeTls(socket)
  }

  async #auth(): Promise<Finding> {
    const stream = this.#stream
    if (stream === null) return ''
    const client = new Redis({
      ...targetOptions(this.#target),
      Connector: connectorFor(async () => asNetStream(stream)),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => null,
      commandTimeout: CLIENT_DEFAULTS.commandTimeout,
      connectionName: 'redis-session-inspector:test',
    })
    this.#client = client
    const errors: Error[] = []
    client.on('error', (error) => errors.push(error))
    const late = setTimeout(() => {
      errors.push(new Error('timed out'))
      client.disconnect()
    }, openTimeout(this.#target))
    try {
      await client.connect()
      await client.select(this.#target.db)
    } catch (error) {
      throw explain(this.#target, [...errors, error instanceof Error ? error : new Error(String(error))])
    } finally {
      clearTimeout(late)
    }
    const { username, password, db } = this.#target
    const who = username ?? 'the default user'
    return `Logged in as ${who}${password === null ? ', without a password' : ''}. Database ${db} is there.`
  }

  async #permissions(): Promise<Finding> {
    if (this.#client === null) return ''
    this.#facts = await readServerFacts(this.#client)
    const { missing } = this.#facts
    if (missing.length === 0) return 'This user may run all that the inspector needs.'
    return {
      warning: `This user may not run ${missing.join(', ')}; what needs them will be refused. An administrator can allow them with ACL SETUSER.`,
    }
  }

  async #version(): Promise<Finding> {
    if (this.#client === null || this.#facts === null) return ''
    const { server } = this.#facts
    await refuseUnsupported(this.#client, this.#facts, publicTarget(this.#target, false))
    if (server.version === '') {
      return { warning: `This ${server.product} does not tell its version: this user may not run INFO.` }
    }
    const text = `${server.product} ${server.version}, ${server.mode}, ${server.role}.`
    if (server.role === 'master') return text
    if (this.#target.deployment === 'sentinel') {
      return {
        warning: `${text} The Sentinels named it as the master: a failover is under way. Test again in a moment.`,
      }
    }
    return server.writable
      ? { warning: `${text} It takes writes, but its master knows nothing of them.` }
      : { warning: `${text} It takes no writes, so the connection will be read-only.` }
  }

  #addresses(): readonly Address[] {
    const { host, port, nodes } = this.#target
    return [{ host, port }, ...nodes]
  }
}

function describeTls(socket: TLSSocket): Finding {
  const certificate = socket.getPeerCertificate()
  const names = certificateNames(certificate).join(', ') || 'nobody by name'
  const until = day(Date.parse(certificate.valid_to))
  const text = `${socket.getProtocol()}. Its certificate is for ${names}, issued by ${issuerName(certificate)}, valid until ${until}.`
  const reason = untrustedReason(socket)
  if (reason === null) return text
  return {
    warning: `${text} Nothing vouches for it (${reason}); it is accepted all the same, so that somebody could read along.`,
  }
}
