import type { Duplex } from 'node:stream'
import type { Redis } from 'ioredis'
import { openSocket, type Place, type PlaceWords, placeLabel, socketFailure } from './link-socket.ts'
import { tunnelOf } from './ssh-tunnel.ts'
import type { ResolvedTarget } from './target.ts'
import { openTls } from './tls-link.ts'

/** A socket, or what ioredis can use as one. */
export type NetStream = Redis['stream']

/** Where each stream leads to. */
const places = new WeakMap<Duplex, Place>()

/** The server that a client is connected to, `host:port` or a socket's path; null where that is not known. */
export function addressOf(client: Redis): string | null {
  const place = places.get(client.stream)
  return place === undefined ? null : placeLabel(place)
}

/**
 * Opens a connection to one server of a target, directly or through its SSH server, without TLS yet.
 * @throws AppError that says what failed; the reason of an aborted signal
 */
export async function openRaw(
  { ssh }: ResolvedTarget,
  to: Place,
  words: PlaceWords,
  signal: AbortSignal,
): Promise<Duplex> {
  if (ssh !== null) return tunnelOf(ssh).open(to, signal)
  return openSocket(to, signal).catch((error) => {
    signal.throwIfAborted()
    throw socketFailure(error, to, words)
  })
}

/**
 * Opens a connection to one server of a target as all its clients do: through its SSH server and with its TLS, where it
 * has them. It is ready to be written to.
 * @throws AppError that says what failed; the reason of an aborted signal
 */
export async function openLink(
  target: ResolvedTarget,
  to: Place,
  words: PlaceWords,
  signal: AbortSignal,
): Promise<NetStream> {
  const raw = await openRaw(target, to, words, signal)
  const host = typeof to === 'string' ? 'localhost' : to.host
  const stream =
    target.tls === null ? raw : await openTls(raw, target.tls, { host, where: words.where, signal })
  places.set(stream, to)
  return asNetStream(stream)
}

/** ioredis asks a socket for no more than what a TunnelStream has too. */
export const asNetStream = (stream: Duplex): NetStream => stream as NetStream
