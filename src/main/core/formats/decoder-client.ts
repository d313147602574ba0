import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { DecodedSession, RelatedKey, SessionSummary } from '#shared/formats.ts'
import type { KeptReply, PackedRows } from '../index/packed-rows.ts'
import type { Inspection } from '../risks/inspect.ts'
import { decoderFile } from './decoder-file.ts'
import { type DecoderReply, type DecoderRequest, toSent } from './decoder-messages.ts'
import { FORMAT_LIMITS } from './limits.ts'
import { sizeOf, summarise, undecodedSession } from './registry.ts'
import type { StoredSession } from './stored-session.ts'

export interface DecoderClientOptions {
  /** @default the build's worker, or the sources' */
  readonly file?: URL
  /** @default FORMAT_LIMITS */
  readonly limits?: DecoderLimits
  /**
   * Whether rows of a scan are made by the worker. All three work without a pause during a scan, this process, the worker
   * and a server on the same machine: with two processors, what it costs to hand the replies over is more than what it saves.
   * @default where there are more than two processors
   */
  readonly makesRows?: boolean
}

export interface DecoderLimits {
  /** For one job, from when the worker has it. */
  readonly workerMilliseconds: number
  /** Megabytes. */
  readonly workerHeap: number
  readonly workerQueue: number
}

/** Replies that wait for the worker, which gets them together. */
interface Gathered {
  readonly request: DecoderRequest
  readonly replies: KeptReply[]
  readonly done: Promise<DecoderReply>
}

interface Job {
  readonly request: DecoderRequest
  readonly resolve: (reply: DecoderReply) => void
  /** @param reason a sentence for the screen */
  readonly fail: (reason: string) => void
}

/** Milliseconds that a worker may take to start. */
const START_TIME = 15_000
const STACK_MEGABYTES = 4
const YOUNG_MEGABYTES = 32

/**
 * Decodes sessions in a worker, one after the other. A value that takes too much time or memory ends the worker, counts as
 * undecoded, and the next one gets a new worker. Nothing here throws for what a value holds. The worker is started by the
 * first job, keeps no process alive while it has none, and ends with {@link stop}.
 */
export class DecoderClient {
  readonly #file: URL
  readonly #limits: DecoderLimits
  readonly #makesRows: boolean
  readonly #queue: Job[] = []
  #current: Job | null = null
  #gathered: Gathered | null = null
  #worker: Worker | null = null
  #isReady = false
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor({
    file = decoderFile(),
    limits = FORMAT_LIMITS,
    makesRows = availableParallelism() > 2,
  }: DecoderClientOptions = {}) {
    this.#file = file
    this.#limits = limits
    this.#makesRows = makesRows
  }

  /**
   * @param stored with its value or all of its fields as a whole
   * @returns null for a key in no format that is known
   */
  async decode(stored: StoredSession): Promise<DecodedSession | null> {
    // What is too large to be decoded need not be copied to the worker.
    if (sizeOf(stored) > FORMAT_LIMITS.bytes) return undecodedSession(stored, TOO_LARGE)
    try {
      const reply = await this.#run({ kind: 'decode', session: toSent(stored) })
      return reply.kind === 'decoded' ? reply.session : null
    } catch (error) {
      return undecodedSession(stored, reasonOf(error))
    }
  }

  /** Rows of a list whose summary needs the worker: in their order, null for keys in no format that is known. */
  async summarise(stored: readonly StoredSession[]): Promise<readonly (SessionSummary | null)[]> {
    try {
      const reply = await this.#run({ kind: 'summarise', sessions: stored.map(toSent) })
      if (reply.kind === 'summarised') return reply.summaries
    } catch {
      // Rows without who and when: the detail of each tells the reason.
    }
    return stored.map((one) => summarise(one)?.summary ?? null)
  }

  /** Whether {@link rows} are to be asked for; not while the worker starts: the first rows are not to wait for that. */
  get takesRows(): boolean {
    return this.#makesRows && this.#isReady
  }

  /** Rows will be asked for, as soon as they are taken. */
  expectRows(): void {
    if (!this.#makesRows || this.#isStopped || this.#worker !== null) return
    this.#worker = this.#start()
    this.#worker.unref()
  }

  /**
   * Rows of what is not ours in a reply of a scan. Those that come while the worker is at work are handed to it together.
   * @returns null where it could not be asked
   */
  async rows(reply: KeptReply): Promise<PackedRows | null> {
    // Its bytes are copied: they are a part of what the connection has read, and whoever asks may need them once more.
    const kept = { ...reply, bytes: new Uint8Array(reply.bytes) }
    const waiting = this.#gathered
    waiting?.replies.push(kept)
    const { replies, done: asked } = waiting ?? this.#gather(kept)
    const place = replies.length - 1
    try {
      const done = await asked
      return (done.kind === 'rows' ? done.rows[place] : null) ?? null
    } catch {
      return null
    }
  }

  #gather(first: KeptReply): Gathered {
    const replies = [first]
    const request: DecoderRequest = { kind: 'rows', replies }
    const gathered = { request, replies, done: this.#run(request) }
    if (this.#queue.some((job) => job.request === request)) this.#gathered = gathered
    return gathered
  }

  /**
   * What the values of sessions say, for the report on leaks and risks.
   * @returns in their order; null for one that takes more than the limits, or that could not be asked for
   */
  async inspect(stored: readonly StoredSession[]): Promise<readonly (Inspection | null)[]> {
    return this.#askOfEach('inspect', stored, (reply) =>
      reply.kind === 'inspected' ? reply.inspections : null,
    )
  }

  /**
   * The keys that libraries keep beside sessions.
   * @param stored each with its value or all of its fields as a whole
   * @returns in their order; null for one that cannot be decoded, so that it cannot be told
   */
  async related(stored: readonly StoredSession[]): Promise<readonly (readonly RelatedKey[] | null)[]> {
    // What is too large to be decoded need not be copied to the worker.
    const isSmall = (one: StoredSession) => sizeOf(one) <= FORMAT_LIMITS.bytes
    if (!stored.every(isSmall)) {
      const found = await this.related(stored.filter(isSmall))
      let at = 0
      return stored.map((one) => (isSmall(one) ? (found[at++] ?? null) : null))
    }
    return this.#askOfEach('relate', stored, (reply) => (reply.kind === 'related' ? reply.related : null))
  }

  /** In one go; where that is too much, each by itself, so that the others are told all the same. */
  async #askOfEach<T>(
    kind: 'inspect' | 'relate',
    stored: readonly StoredSession[],
    answersIn: (reply: DecoderReply) => readonly (T | null)[] | null,
  ): Promise<readonly (T | null)[]> {
    try {
      const answers = answersIn(await this.#run({ kind, sessions: stored.map(toSent) }))
      if (answers !== null) return answers
    } catch {
      if (stored.length > 1) {
        const found: (T | null)[] = []
        for (const one of stored) {
          const [answer = null] = this.#isStopped ? [] : await this.#askOfEach(kind, [one], answersIn)
          found.push(answer)
        }
        return found
      }
    }
    return stored.map(() => null)
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    const waiting = this.#queue.splice(0)
    await this.#endWorker('The inspector is closing.')
    for (const job of waiting) job.fail('The inspector is closing.')
  }

  #run(request: DecoderRequest): Promise<DecoderReply> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => reject(new JobFailed(reason))
      if (this.#isStopped) return fail('The inspector is closing.')
      if (this.#queue.length >= this.#limits.workerQueue) {
        return fail('Very many values wait to be decoded. Look at it again in a moment.')
      }
      this.#queue.push({ request, resolve, fail })
      this.#next()
    })
  }

  #next(): void {
    if (this.#current !== null) return
    const job = this.#queue.shift()
    if (job === undefined) {
      this.#worker?.unref()
      return
    }
    this.#current = job
    this.#worker ??= this.#start()
    this.#worker.ref()
    if (this.#isReady) this.#post(job)
  }

  #post({ request }: Job): void {
    if (this.#gathered?.request === request) this.#gathered = null
    const moved =
      request.kind === 'rows' ? request.replies.map(({ bytes }) => bytes.buffer as ArrayBuffer) : []
    this.#worker?.postMessage(request, moved)
    const { workerMilliseconds } = this.#limits
    this.#limitTime(
      workerMilliseconds,
      `Decoding it took longer than ${workerMilliseconds / 1000} s, so it was stopped.`,
    )
  }

  #limitTime(milliseconds: number, reason: string): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#endWorker(reason), milliseconds)
  }

  #start(): Worker {
    const worker = new Worker(this.#file, {
      execArgv: [],
      // A worker sees neither the environment, which may hold secrets, nor the arguments.
      env: {},
      argv: [],
      // It says nothing, and would else open the streams of this process.
      stdout: true,
      stderr: true,
      resourceLimits: {
        maxOldGenerationSizeMb: this.#limits.workerHeap,
        maxYoungGenerationSizeMb: YOUNG_MEGABYTES,
        stackSizeMb: STACK_MEGABYTES,
      },
    })
    this.#isReady = false
    this.#limitTime(START_TIME, 'The decoder did not start in time.')
    worker.on('message', (reply: DecoderReply) => {
      // One that has been ended may still have had an answer under way.
      if (worker === this.#worker) this.#take(reply)
    })
    worker.on('error', (error) => {
      if (worker === this.#worker) void this.#endWorker(failureOf(error, this.#limits.workerHeap))
    })
    worker.on('exit', () => {
      if (worker === this.#worker) void this.#endWorker('The decoder ended unexpectedly.')
    })
    return worker
  }

  #take(reply: DecoderReply): void {
    clearTimeout(this.#timer)
    const job = this.#current
    if (reply.kind === 'ready') {
      this.#isReady = true
      if (job !== null) this.#post(job)
      return
    }
    this.#current = null
    job?.resolve(reply)
    this.#next()
  }

  async #endWorker(reason: string): Promise<void> {
    clearTimeout(this.#timer)
    const worker = this.#worker
    this.#worker = null
    this.#isReady = false
    const job = this.#current
    this.#current = null
    job?.fail(reason)
    const ended = worker?.terminate()
    if (!this.#isStopped) this.#next()
    await ended
  }
}

class JobFailed extends Error {}

const TOO_LARGE = `It is larger than ${FORMAT_LIMITS.bytes / 1024 / 1024} MB, and values up to that are decoded.`

const reasonOf = (error: unknown): string =>
  error instanceof JobFailed ? error.message : 'The decoder could not be asked.'

function failureOf(error: unknown, heap: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? `Decoding it took more than ${heap} MB of memory, so it was stopped.`
    : 'Decoding it failed, so it was stopped.'
}
