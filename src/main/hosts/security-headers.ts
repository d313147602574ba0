/**
 * What the renderer may load, for both hosts: nothing, then what it needs.
 *
 * Styles may be inline: the parts that lock scrolling behind a dialog write a style element. That opens little,
 * since no address but our own can be loaded from. Small fonts and images are built into the style sheet as `data:`.
 * @param connect where the page may connect to; none over Electron, whose calls go through preload.
 */
export function contentSecurityPolicy(connect: readonly string[] = []): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "font-src 'self' data:",
    "img-src 'self' data:",
    `connect-src ${connect.length > 0 ? connect.join(' ') : "'none'"}`,
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/** The headers of every answer of both hosts. */
export const securityHeaders = (policy: string): Record<string, string> => ({
  'Content-Security-Policy': policy,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
})
