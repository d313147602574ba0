import type { SessionFields } from '../store/types.ts'

/** The guide's JSON for a live session. */
export interface SessionBody {
  readonly authenticated: true
  readonly session_id: string
  readonly session: SessionFields
  /** Seconds. */
  readonly configured_ttl: number
  /** Seconds that Redis gives it still. */
  readonly ttl: number
  /** After `POST /increment` only. */
  readonly page_views?: number
}

export type JsonBody =
  | SessionBody
  | { readonly authenticated: false; readonly session?: null }
  | { readonly error: string }

/** One file of the page. */
export interface PageFile {
  readonly type: string
  readonly content: string | Buffer
}

/** What a request led to: the response, and for those who watch, what it did to the session. */
export interface Answer {
  readonly status: number
  readonly body: JsonBody | PageFile
  /** In words: 'page views 3 → 4'. */
  readonly effect: string
  readonly sessionId: string | null
  /** Hand out an id, or take the cookie back. */
  readonly cookie?: { readonly set: string } | 'clear'
  readonly headers?: Readonly<Record<string, string>>
  /** The client is still sending what we will not read: the connection cannot be used again. */
  readonly unread?: boolean
}

/** A request that is answered with `{ error }`. The message is shown to the person; the effect to those who watch. */
export class Refusal extends Error {
  override readonly name = 'Refusal'

  constructor(
    readonly status: number,
    message: string,
    readonly effect: string,
    readonly parts: Pick<Answer, 'cookie' | 'headers' | 'unread'> = {},
  ) {
    super(message)
  }
}

export const isPageFile = (body: Answer['body']): body is PageFile => 'content' in body
