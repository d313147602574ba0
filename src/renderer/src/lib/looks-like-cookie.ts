/** A signed id as express sets it, or the name of a session's cookie with a value. */
const SIGNED = /(?:^|[=\s"'])s(?::|%3A)[\w-]{8,}\.[\w%+/]{20,}/i
const NAMED =
  /(?:^|[;\s'"])(?:connect\.sid|sessionid|PHPSESSID|JSESSIONID|SESSION|session|sid|rack\.session|[\w-]+[_-]session|(?:__Secure-)?(?:authjs|next-auth)\.session-token|\.AspNet(?:Core)?\.Session)=[^\s;=]{8,}/
const HEADER = /^\s*(?:set-)?cookie\s*:/i
const CURL = /^\s*(?:\$\s+)?curl(?:\.exe)?\s/i
/** Longer texts are a cookie by how they begin, or none. */
const LOOKED_AT = 10_000

/** Whether a text that was pasted as a filter is a cookie, a header with some, or a command that sends some. */
export function looksLikeCookie(text: string): boolean {
  const start = text.slice(0, LOOKED_AT)
  return HEADER.test(start) || CURL.test(start) || SIGNED.test(start) || NAMED.test(start)
}
