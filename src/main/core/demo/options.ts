import { AppError } from '#shared/errors.ts'

export interface DemoCookieOptions {
  readonly name: string
  /** Send the cookie over HTTPS only: for a server behind a proxy that ends TLS. */
  readonly secure: boolean
  /** `None` demands `secure`. */
  readonly sameSite: 'Lax' | 'Strict' | 'None'
  /** Seconds for which the browser keeps the cookie; null until it is closed. */
  readonly maxAge: number | null
}

export interface DemoLimits {
  readonly bodyBytes: number
  /** Bytes of a request's line and headers. */
  readonly headerBytes: number
  /** Milliseconds for the headers to arrive in. */
  readonly headersTimeout: number
  /** Milliseconds for the whole request to arrive in; at least `headersTimeout`. */
  readonly requestTimeout: number
  /** Milliseconds for which a connection without a request is kept. */
  readonly keepAliveTimeout: number
  /** How many requests `recent()` goes back. */
  readonly recentRequests: number
}

export const DEMO_DEFAULTS = {
  /** @default '127.0.0.1' so that nobody else on the network reaches it. */
  host: '127.0.0.1',
  /** @default 8080 as in the guide; 0 takes any free port. */
  port: 8080,
  cookie: { name: 'sid', secure: false, sameSite: 'Lax', maxAge: null },
  limits: {
    bodyBytes: 16 * 1024,
    headerBytes: 16 * 1024,
    headersTimeout: 5000,
    requestTimeout: 10_000,
    keepAliveTimeout: 5000,
    recentRequests: 500,
  },
} as const satisfies DemoSettings

/** What decides how the server behaves, every member given. */
export interface DemoSettings {
  readonly host: string
  readonly port: number
  readonly cookie: DemoCookieOptions
  readonly limits: DemoLimits
}

export interface DemoOverrides {
  readonly host?: string
  readonly port?: number
  readonly cookie?: Partial<DemoCookieOptions>
  readonly limits?: Partial<DemoLimits>
}

/** The characters of a cookie's name, RFC 6265 section 4.1.1. */
const COOKIE_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/
const SAME_SITE: readonly string[] = ['Lax', 'Strict', 'None']

/**
 * Fills in the defaults.
 * @throws AppError `invalid_argument` that names the option.
 */
export function resolveDemoSettings(overrides: DemoOverrides): DemoSettings {
  const settings: DemoSettings = {
    host: overrides.host ?? DEMO_DEFAULTS.host,
    port: overrides.port ?? DEMO_DEFAULTS.port,
    cookie: { ...DEMO_DEFAULTS.cookie, ...overrides.cookie },
    limits: { ...DEMO_DEFAULTS.limits, ...overrides.limits },
  }
  const { host, port, cookie, limits } = settings
  demand(host !== '', 'host: name an address of this machine, such as 127.0.0.1.')
  demand(
    Number.isInteger(port) && port >= 0 && port <= 65_535,
    `port: ${port} is no port. Use 1 to 65535, or 0 for any free one.`,
  )
  demand(COOKIE_NAME.test(cookie.name), 'cookie.name: use letters, digits, - and _, at most 100 of them.')
  demand(SAME_SITE.includes(cookie.sameSite), 'cookie.sameSite: use Lax, Strict or None.')
  demand(
    cookie.sameSite !== 'None' || cookie.secure,
    'cookie.sameSite: browsers refuse None without cookie.secure. Set both, or use Lax.',
  )
  demand(
    cookie.maxAge === null || (Number.isSafeInteger(cookie.maxAge) && cookie.maxAge >= 1),
    'cookie.maxAge: use whole seconds of at least 1, or null for until the browser is closed.',
  )
  for (const [name, value] of Object.entries(limits)) {
    demand(Number.isSafeInteger(value) && value >= 1, `limits.${name}: use a whole number of at least 1.`)
  }
  demand(
    limits.headersTimeout <= limits.requestTimeout,
    'limits.headersTimeout: the headers are a part of the request; use at most limits.requestTimeout.',
  )
  return settings
}

function demand(condition: boolean, message: string): void {
  if (!condition) throw new AppError('invalid_argument', `Demo server, ${message}`)
}
