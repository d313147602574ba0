import type { IncomingMessage, ServerResponse } from 'node:http'
import { Refusal } from './answer.ts'

/** The fields of a form or of a flat JSON object, as text. */
export type Params = ReadonlyMap<string, string>

const FORM = 'application/x-www-form-urlencoded'
const JSON_TYPE = 'application/json'

/** Reads the body of a POST, at most `limit` bytes of it. */
export async function readParams(
  request: IncomingMessage,
  response: ServerResponse,
  limit: number,
): Promise<Params> {
  const type = bodyType(request)
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit)
  if (request.headers.expect !== undefined) response.writeContinue()
  const text = decode(await readBytes(request, limit))
  if (text === '') return new Map()
  if (type === JSON_TYPE) return parseJson(text)
  if (type === FORM) return parseForm(text)
  throw unsupported('a body without Content-Type')
}

/** Null where nothing is said, which is fine for a body without a byte. */
function bodyType({ headers }: IncomingMessage): string | null {
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    throw unsupported(`Content-Encoding ${headers['content-encoding']}`)
  }
  const header = headers['content-type']
  if (header === undefined) return null
  const type = header.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type !== FORM && type !== JSON_TYPE) throw unsupported(type || 'an empty Content-Type')
  return type
}

async function readBytes(request: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    // Leaving the loop early must not destroy the connection that the answer still has to go over.
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      size += (chunk as Buffer).length
      if (size > limit) throw tooLarge(limit)
      chunks.push(chunk as Buffer)
    }
  } catch (error) {
    if (error instanceof Refusal) throw error
    throw new Refusal(408, 'The request did not arrive in time.', 'the request broke off: nothing touched')
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw malformed('The body is not valid UTF-8.')
  }
}

function parseForm(text: string): Params {
  const params = new Map<string, string>()
  // Of a repeated field the first counts, as in the guide.
  for (const [name, value] of new URLSearchParams(text)) if (!params.has(name)) params.set(name, value)
  return params
}

function parseJson(text: string): Params {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw malformed('The body is not valid JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('The body must be a JSON object, such as {"username":"ada","ttl":60}.')
  }
  return new Map(Object.entries(value).map(([name, member]) => [name, parseMember(name, member)]))
}

function parseMember(name: string, member: unknown): string {
  // A string of JSON may hold half of a surrogate pair, which UTF-8 cannot.
  if (typeof member === 'string') return member.toWellFormed()
  if (typeof member === 'number') return String(member)
  throw malformed(`"${name.slice(0, 40)}" must be a string or a number.`)
}

const tooLarge = (limit: number) =>
  new Refusal(413, `The body is too large: send at most ${limit} bytes.`, 'refused: body too large', {
    unread: true,
  })
const unsupported = (what: string) =>
  new Refusal(
    415,
    `Send ${FORM} or ${JSON_TYPE}, not ${what.slice(0, 100)}.`,
    'refused: unknown kind of body',
  )
const malformed = (message: string) => new Refusal(400, message, 'refused: malformed body')
