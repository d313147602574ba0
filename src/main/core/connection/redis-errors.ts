import { AppError, type ErrorCode } from '#shared/errors.ts'

/**
 * Turns what a command on a connected client failed with into the error that is shown: ioredis' own errors, Redis'
 * error replies (also from inside a script), and errors of the socket. An AppError is returned as it is.
 * @throws the error itself when it comes from neither Redis nor its connection: it is a bug, not an answer.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  if (!(thrown instanceof Error)) throw thrown
  const error = refusedIn(thrown)
  const answer = fromSocket(error) ?? (isReply(error) ? fromReply(error) : fromClient(error))
  if (answer === null) throw error
  const [code, message, details] = answer
  return new AppError(code, message, details, { cause: error })
}

type Answer = readonly [code: ErrorCode, message: string, details?: { readonly command: string }]

/** ioredis exports no class for error replies; it names them, and attaches the command that was sent. */
const isReply = (error: Error): boolean => error.name === 'ReplyError'

/** EXEC says only that a transaction was discarded; the command that was refused before it says why. */
export function refusedIn(error: Error): Error {
  const [first]: unknown[] =
    'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : []
  return first instanceof Error ? first : error
}

function fromReply(error: Error): Answer {
  const text = error.message
  const sent = sentCommand(error)
  // Inside a script the reply names the command that the script ran, which says more than EVALSHA.
  if (/NOPERM|ACL failure in script|user executing the script can't|no permissions/i.test(text)) {
    const command = /run the '([^']+)' command/i.exec(text)?.[1]?.toUpperCase().replaceAll('|', ' ')
    if (command !== undefined) {
      const message = `This Redis user may not run ${command}. Allow it (ACL SETUSER … +${command.toLowerCase().replaceAll(' ', '|')}) or connect as a user who may.`
      return ['no_permission', message, { command }]
    }
    const what = /channel/i.test(text) ? 'this channel' : 'this key'
    const message = `This Redis user may not use ${what} (${sent}). Allow its pattern with ACL SETUSER or connect as a user who may.`
    return ['no_permission', message, { command: sent }]
  }
  // A script's error starts with `ERR ` on some versions, or ends with where in the script it happened.
  const kind =
    /\b(NOAUTH|WRONGPASS|OOM|READONLY|MISCONF|LOADING|BUSY|NOSCRIPT|NOREPLICAS|UNKILLABLE|MASTERDOWN|CLUSTERDOWN|CROSSSLOT|MOVED|ASK|TRYAGAIN|WRONGTYPE)\b/.exec(
      text,
    )?.[1]
  // Inside a script it is said in words.
  if (/while the cluster is down/.test(text)) {
    return ['redis_error', `${sent} failed: ${ADVICE.CLUSTERDOWN}`, { command: sent }]
  }
  if (kind === 'NOAUTH') {
    return ['wrong_password', `Redis asks for a password before ${sent}. Connect with one.`]
  }
  if (kind === 'WRONGPASS') {
    return ['wrong_password', 'Redis refused the user or the password. Check both.']
  }
  const advice = kind === undefined ? undefined : ADVICE[kind]
  const code = kind === 'LOADING' || kind === 'BUSY' ? 'not_ready' : 'redis_error'
  return [code, `${sent} failed: ${advice ?? clean(text)}`, { command: sent }]
}

const ADVICE: Readonly<Record<string, string>> = {
  OOM: 'Redis has reached its maxmemory and takes no new data. Delete something, raise maxmemory, or set a maxmemory-policy that evicts.',
  READONLY: 'this Redis is a read-only replica. Connect to its master to write.',
  MISCONF:
    'Redis cannot save to disk and so takes no writes. See its log, then free disk space or mend its folder; CONFIG SET stop-writes-on-bgsave-error no takes them all the same.',
  LOADING: 'Redis is still loading its data. Try again in a moment.',
  BUSY: 'Redis is busy with a long script. Wait for its end, or end it with SCRIPT KILL (FUNCTION KILL for a function).',
  UNKILLABLE:
    'the script has written already, so it is not ended. Wait for it, or end the server with SHUTDOWN NOSAVE, which loses what it has not saved.',
  NOSCRIPT: 'Redis lost the script while it was being called. Try again.',
  NOREPLICAS:
    'Redis has too few replicas in reach to take writes. Bring them back or lower min-replicas-to-write.',
  MASTERDOWN:
    'this replica has lost its master and gives no old data (replica-serve-stale-data no). Connect to another node, or bring the master back.',
  CLUSTERDOWN:
    'the cluster is down, or nobody serves this key’s slot. CLUSTER INFO tells; bring its nodes back, then try again.',
  CROSSSLOT: 'its keys lie on different nodes of the cluster, so that no single step can be about both.',
  MOVED: 'this key lives on another node of the cluster. Connect to it as a cluster.',
  ASK: 'this key is moving to another node of the cluster. Connect to it as a cluster.',
  TRYAGAIN: 'the cluster is moving these keys. Try again in a moment.',
  WRONGTYPE: 'the key holds another type of data than this needs.',
}

const clean = (text: string): string => {
  const line = text
    .replace(/^ERR /, '')
    // It repeats the arguments, keys and values alike.
    .replace(/, with args beginning with:.*/s, '')
    .replace(/ script: [0-9a-f]{40}\b.*/s, '')
    .slice(0, 300)
    .trim()
  return /[.!?]$/.test(line) ? line : `${line}.`
}

const LOST = 'Connect again, then look whether the last change was made.'

/** Errors that ioredis makes itself. It has no codes for them, only names and fixed messages. */
function fromClient(error: Error): Answer | null {
  const text = error.message
  if (error.name === 'MaxRetriesPerRequestError' || error.name === 'AbortError') {
    return ['connection_lost', `The connection to Redis was lost. ${LOST}`]
  }
  if (/Too many Cluster redirections/.test(text)) {
    return ['redis_error', `${sentCommand(error)} failed: ${ADVICE.TRYAGAIN}`]
  }
  if (
    /Connection is closed|isn't writeable|Command aborted|All sentinels are unreachable|Cluster is|startup nodes/i.test(
      text,
    )
  ) {
    return [
      'connection_lost',
      `There is no connection to Redis for ${sentCommand(error, 'this command')}. ${LOST}`,
    ]
  }
  if (/Command timed out/i.test(text)) {
    return ['connection_lost', `Redis did not answer ${sentCommand(error, 'this command')} in time. ${LOST}`]
  }
  return null
}

const UNREACHABLE = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const CUT = ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ECONNABORTED', 'ERR_STREAM_DESTROYED']

function fromSocket(error: Error): Answer | null {
  // Only a socket's errors: a file's ENOENT and the like are not Redis' business.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (UNREACHABLE.includes(code)) {
    return ['unreachable', `Redis cannot be reached (${code}). Check that it runs, its host and its port.`]
  }
  if (CUT.includes(code)) return ['connection_lost', `The connection to Redis was cut (${code}). ${LOST}`]
  return null
}

/** @param unnamed what it is called where the error does not say. */
function sentCommand(error: Error, unnamed = 'The command'): string {
  const command: unknown = 'command' in error ? error.command : undefined
  const name = typeof command === 'object' && command !== null && 'name' in command ? command.name : undefined
  return typeof name === 'string' ? name.toUpperCase() : unnamed
}
