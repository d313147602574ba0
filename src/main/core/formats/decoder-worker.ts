import { type MessagePort, parentPort } from 'node:worker_threads'
import { packOthers } from '../index/packed-rows.ts'
import { inspect } from '../risks/inspect.ts'
import { type DecoderReply, type DecoderRequest, fromSent } from './decoder-messages.ts'
import { decode, relatedOf, summariseFully } from './registry.ts'

/*
 * Decodes apart from everything else: what a value takes beyond the limits of memory and time ends this thread and nothing
 * more. Started by the DecoderClient; an entry of its own in the build.
 */
if (parentPort !== null) answer(parentPort)

function answer(port: MessagePort): void {
  const send = (reply: DecoderReply, moved: readonly ArrayBuffer[] = []): void =>
    port.postMessage(reply, moved)
  port.on('message', (request: DecoderRequest) => {
    if (request.kind === 'decode') {
      send({ kind: 'decoded', session: decode(fromSent(request.session)) })
    } else if (request.kind === 'inspect') {
      send({
        kind: 'inspected',
        inspections: request.sessions.map((session) => inspect(fromSent(session))),
      })
    } else if (request.kind === 'rows') {
      const rows = request.replies.map(packOthers)
      send(
        { kind: 'rows', rows },
        rows.flatMap(({ codes, numbers }) => [codes.buffer, numbers.buffer]),
      )
    } else if (request.kind === 'relate') {
      send({ kind: 'related', related: request.sessions.map((session) => relatedOf(fromSent(session))) })
    } else {
      send({
        kind: 'summarised',
        summaries: request.sessions.map((session) => summariseFully(fromSent(session))),
      })
    }
  })
  send({ kind: 'ready' })
}
