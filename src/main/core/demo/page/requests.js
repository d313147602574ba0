// Talks to the demo server, one request after the other, so that answers come in the order of the clicks.

let queue = Promise.resolve()

/**
 * Resolves to `{ method, path, status, milliseconds, at, data, effect, operations, left }`; `status` is 0 where the
 * server did not answer. `at` is when the server answered, as near as can be told, in epoch milliseconds.
 */
export function ask(method, path, { params, csrfToken } = {}) {
  const turn = queue.then(() => request(method, path, params, csrfToken))
  queue = turn.catch(() => {})
  return turn
}

async function request(method, path, params, csrfToken) {
  const token = typeof csrfToken === 'function' ? csrfToken() : csrfToken
  const started = performance.now()
  const sent = Date.now()
  try {
    const response = await fetch(path, {
      method,
      headers: token ? { 'X-CSRF-Token': token } : {},
      ...(params ? { body: new URLSearchParams(params) } : {}),
      signal: AbortSignal.timeout(10_000),
    })
    const data = await response.json()
    const milliseconds = performance.now() - started
    const { effect, operations, left } = readCommands(response.headers.get('X-Redis-Commands'))
    return {
      method,
      path,
      status: response.status,
      milliseconds,
      at: sent + milliseconds / 2,
      data,
      effect,
      operations,
      left,
    }
  } catch {
    return {
      method,
      path,
      status: 0,
      milliseconds: performance.now() - started,
      at: Date.now(),
      data: { error: 'The demo server does not answer. Start it again, then try again.' },
      effect: 'the server did not answer',
      operations: [],
      left: 0,
    }
  }
}

function readCommands(header) {
  try {
    return JSON.parse(decodeURIComponent(header ?? ''))
  } catch {
    return { effect: '', operations: [], left: 0 }
  }
}
