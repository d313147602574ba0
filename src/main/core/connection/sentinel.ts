import { setTimeout as delay } from 'node:timers/promises'
import { Redis, type RedisOptions } from 'ioredis'
import { AppError } from '#shared/errors.ts'
import { openLink } from './link.ts'
import { connectorFor } from './link-connector.ts'
import { LINK_DEFAULTS } from './link-socket.ts'
import { type Address, addressLabel, type ResolvedTarget } from './target.ts'

export const SENTINEL_DEFAULTS = {
  /** Milliseconds that a Sentinel has to answer before the next is asked too. */
  patience: 1000,
  /** Milliseconds until it counts as silent. */
  timeout: 5000,
  /** How many Sentinels are listened to for a failover. */
  listenTo: 5,
  /** Milliseconds before each attempt to listen to one again; the last repeats. */
  listenDelays: [1000, 2000, 5000],
} as const

/** What one Sentinel says of the master. */
interface Answer {
  readonly master: Address
  /** Who says so. */
  readonly by: Address
  /** The other Sentinels that watch this master. */
  readonly others: readonly Address[]
}

/** None of the Sentinels watches a master of that name. */
class UnknownMaster extends AppError {
  constructor(
    readonly by: Address,
    name: string,
    readonly names: readonly string[],
  ) {
    const known =
      names.length === 0
        ? 'It watches none at all; let it watch one with SENTINEL MONITOR.'
        : `It watches: ${names.join(', ')}. Use one of these names.`
    super('unreachable', `The Sentinel ${addressLabel(by)} watches no master named ${name}. ${known}`)
  }
}

/** The Sentinels of a target: who says which server is the master, and when it is another. */
export class Sentinels {
  readonly #target: ResolvedTarget
  /** Those that are known, whoever answered last first. */
  #addresses: readonly Address[]
  readonly #listeners = new Set<(master: Address) => void>()
  readonly #ears = new Map<string, Redis>()

  constructor(target: ResolvedTarget) {
    this.#target = target
    this.#addresses = distinct([{ host: target.host, port: target.port }, ...target.nodes])
  }

  /** Where the master is. @throws AppError that says of each Sentinel why it does not tell */
  async master(signal: AbortSignal): Promise<Address> {
    return (await this.ask(signal)).master
  }

  /** Asks the Sentinels in turn, and the next one also where one takes its time. @throws as {@link master} */
  async ask(signal: AbortSignal): Promise<Answer> {
    const done = new AbortController()
    const given = AbortSignal.any([signal, done.signal])
    let turn: Promise<unknown> = Promise.resolve()
    const answers = this.#addresses.map((address) => {
      const answer = turn.then(() => {
        given.throwIfAborted()
        return this.#askOne(address, given)
      })
      const patience = turn.then(() => delay(SENTINEL_DEFAULTS.patience, null, { signal: given }))
      const failed = new Promise<void>((resolve) => answer.catch(() => resolve()))
      turn = Promise.race([failed, patience]).catch(() => {})
      return answer
    })
    try {
      const answer = await Promise.any(answers)
      this.#addresses = distinct([answer.by, ...this.#addresses, ...answer.others])
      if (this.#listeners.size > 0) this.#listen()
      return answer
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof AggregateError ? this.#noneAnswers(error.errors) : error
    } finally {
      done.abort(new Error('answered'))
    }
  }

  /** @param listener told of each new master. @returns the end of it */
  follow(listener: (master: Address) => void): () => void {
    this.#listeners.add(listener)
    this.#listen()
    return () => {
      if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return
      for (const ear of this.#ears.values()) ear.disconnect()
      this.#ears.clear()
    }
  }

  /** Why the master that the Sentinels name cannot be reached: while it is down they still name it. */
  masterFailure(master: Address, error: unknown): unknown {
    if (!(error instanceof AppError) || error.code !== 'unreachable') return error
    const { masterName } = this.#target
    return new AppError(
      'unreachable',
      `The Sentinels name ${addressLabel(master)} as the master of ${masterName}, but it cannot be reached. They may be about to make another server the master; if this lasts, start it, or check that its address is one that can be reached from here.`,
      undefined,
      { cause: error },
    )
  }

  async #askOne(address: Address, signal: AbortSignal): Promise<Answer> {
    const client = this.#client(address, {
      retryStrategy: () => null,
      maxRetriesPerRequest: 0,
      commandTimeout: SENTINEL_DEFAULTS.timeout,
    })
    const errors: Error[] = []
    client.on('error', (error) => errors.push(error))
    const onAbort = () => client.disconnect()
    signal.addEventListener('abort', onAbort)
    const late = setTimeout(onAbort, SENTINEL_DEFAULTS.timeout)
    const { masterName } = this.#target
    try {
      await client.connect()
      const master = addressIn(await client.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName))
      if (master === null) {
        throw new UnknownMaster(address, masterName, namesIn(await client.call('SENTINEL', 'MASTERS')))
      }
      // Those that nobody named take over where the named ones are gone.
      const others = await client.call('SENTINEL', 'SENTINELS', masterName).catch(() => [])
      return { master, by: address, others: othersIn(others) }
    } catch (error) {
      signal.throwIfAborted()
      throw explain(address, [...errors, error instanceof Error ? error : new Error(String(error))])
    } finally {
      clearTimeout(late)
      signal.removeEventListener('abort', onAbort)
      client.disconnect()
    }
  }

  #client(address: Address, options: Omit<RedisOptions, 'replyMapping'>): Redis {
    const { sentinelUsername, sentinelPassword } = this.#target
    const where = `the Sentinel ${addressLabel(address)}`
    return new Redis({
      ...address,
      Connector: connectorFor((signal) =>
        openLink(this.#target, address, { where, server: 'a Sentinel' }, signal),
      ),
      ...(sentinelUsername === null ? {} : { username: sentinelUsername }),
      ...(sentinelPassword === null ? {} : { password: sentinelPassword }),
      disconnectTimeout: LINK_DEFAULTS.disconnectTimeout,
      lazyConnect: true,
      enableReadyCheck: false,
      connectionName: 'redis-session-inspector:sentinel',
      ...options,
    })
  }

  /** Subscribes at some of the Sentinels: each tells when it has heard of a new master. */
  #listen(): void {
    const { listenDelays, listenTo } = SENTINEL_DEFAULTS
    for (const address of this.#addresses) {
      const label = addressLabel(address)
      if (this.#ears.has(label) || this.#ears.size >= listenTo) continue
      const ear = this.#client(address, {
        // It waits for as long as the Sentinel takes to come.
        maxRetriesPerRequest: null,
        // See the feed of notifications: what ioredis subscribes to by itself fails where nobody listens.
        autoResubscribe: false,
        retryStrategy: (attempt) => listenDelays[Math.min(attempt, listenDelays.length) - 1] ?? null,
      })
      ear.on('error', () => {})
      ear.on('message', (_, message: string) => {
        const [name, , , host = '', port = ''] = message.split(' ')
        const master = addressIn([host, port])
        if (name !== this.#target.masterName || master === null) return
        for (const tell of this.#listeners) tell(master)
      })
      // One that lets nobody subscribe leaves it to the others, and to the heartbeat.
      ear.on('ready', () => void ear.subscribe('+switch-master').catch(() => {}))
      ear.connect().catch(() => {})
      this.#ears.set(label, ear)
    }
  }

  #noneAnswers(errors: readonly unknown[]): AppError {
    const failures = errors.filter((error) => error instanceof AppError)
    const unknown = failures.find((error) => error instanceof UnknownMaster)
    const [first] = failures
    if (unknown !== undefined) return unknown
    if (first === undefined) return new AppError('unreachable', 'No Sentinel answers. Check their addresses.')
    if (failures.length === 1) return first
    const each = failures.map(({ message }) => message).join(' ')
    return new AppError(
      first.code,
      `None of the ${failures.length} Sentinels tells where ${this.#target.masterName} is. ${each}`,
      first.details,
      { cause: first },
    )
  }
}

function explain(address: Address, errors: readonly Error[]): AppError {
  const known = errors.find((error) => error instanceof AppError)
  if (known !== undefined) return known
  const where = `The Sentinel ${addressLabel(address)}`
  const text = errors.map(({ message }) => message).join('\n')
  const fail = (code: 'wrong_password' | 'no_permission' | 'not_redis' | 'unreachable', message: string) =>
    new AppError(code, message, undefined, { cause: errors[0] })
  if (/WRONGPASS|invalid password/i.test(text))
    return fail('wrong_password', `${where} refused the Sentinels’ user or password. Check both.`)
  if (/NOAUTH/.test(text))
    return fail('wrong_password', `${where} asks for a password. Enter the one of the Sentinels.`)
  if (/NOPERM/.test(text))
    return fail(
      'no_permission',
      `This user may not run SENTINEL on ${addressLabel(address)}. Allow +sentinel.`,
    )
  if (/unknown command/i.test(text))
    return fail(
      'not_redis',
      `${addressLabel(address)} is no Sentinel but a Redis itself. Connect to it as a single server, or name the Sentinels (port 26379).`,
    )
  if (/Unknown RESP type|Protocol error/i.test(text))
    return fail(
      'not_redis',
      `What answers at ${addressLabel(address)} is no Sentinel. Check the port and TLS.`,
    )
  return fail(
    'unreachable',
    `${where} hung up or does not answer. Check its address, and whether it asks for TLS.`,
  )
}

// ---- replies

function addressIn(reply: unknown): Address | null {
  if (!Array.isArray(reply)) return null
  const [host, port] = reply.map(String)
  return host && port && /^\d+$/.test(port) ? { host, port: Number(port) } : null
}

/** Redis' answers are flat lists of names and values, or maps. */
function record(reply: unknown): Readonly<Record<string, string>> {
  if (Array.isArray(reply)) {
    return Object.fromEntries(
      reply.flatMap((name, at) => (at % 2 === 0 ? [[String(name), String(reply[at + 1])]] : [])),
    )
  }
  return typeof reply === 'object' && reply !== null ? (reply as Record<string, string>) : {}
}

const list = (reply: unknown): readonly unknown[] => (Array.isArray(reply) ? reply : [])

const namesIn = (reply: unknown): readonly string[] => list(reply).flatMap((each) => record(each).name ?? [])

const othersIn = (reply: unknown): readonly Address[] =>
  list(reply).flatMap((each) => {
    const { ip, port, flags = '' } = record(each)
    const address = addressIn([ip, port])
    return address === null || /s_down/.test(flags) ? [] : [address]
  })

const distinct = (addresses: readonly Address[]): readonly Address[] => [
  ...new Map(addresses.map((address) => [addressLabel(address), address])).values(),
]

const groups = new WeakMap<ResolvedTarget, Sentinels>()

/** The Sentinels of a target: the same for each of its clients. */
export function sentinelsOf(target: ResolvedTarget): Sentinels {
  const group = groups.get(target) ?? new Sentinels(target)
  groups.set(target, group)
  return group
}
