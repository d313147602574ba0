import type { Refusal } from './access.ts'

const REASONS: Record<Refusal, { readonly title: string; readonly text: string }> = {
  token: {
    title: 'This browser has not been let in',
    text: 'Each run of the inspector has its own address. Open the whole one that it printed, with the part after <code>?token=</code>, in this browser.',
  },
  host: {
    title: 'The inspector is not called that',
    text: 'It answers to <code>127.0.0.1</code> and <code>localhost</code> with its own port only. Open the address that it printed; through a tunnel, keep the port the same on both ends.',
  },
  origin: {
    title: 'Another site asked',
    text: 'The inspector answers its own pages only. Open the address that it printed in a new tab.',
  },
}

/** The page for a browser that was refused: what is wrong and what to do. */
export const refusedPage = (refusal: Refusal): string =>
  page(
    REASONS[refusal].title,
    `<p>${REASONS[refusal].text}</p><p class="line">Redis Session Inspector: http://127.0.0.1:…/?token=…</p>`,
  )

/**
 * Takes a browser that came from another site on to the inspector. A redirect would be that site's doing still, and
 * the browser would keep the strict cookie back; from a page of ours it sends it.
 */
export const arrivalPage = (): string =>
  page(
    'Opening the inspector',
    '<p><a href="/">Continue</a></p>',
    '<meta http-equiv="refresh" content="0;url=/">',
  )

/** For {@link refusedPage} and {@link arrivalPage}, which bring their style along. */
export const PAGE_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"

const page = (title: string, body: string, head = ''): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${head}
<title>${title} · Redis Session Inspector</title>
<style>
  :root { color-scheme: light dark; --back: #f6f4f1; --text: #23201c; --quiet: #625c54; --line: #e2ded7; }
  @media (prefers-color-scheme: dark) { :root { --back: #161513; --text: #ece8e2; --quiet: #aaa399; --line: #302d29; } }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text);
    font: 15px/1.6 system-ui, sans-serif; }
  main { max-width: 34rem; padding: 2rem; }
  h1 { font-size: 20px; line-height: 1.3; margin: 0 0 .75rem; }
  p { margin: 0 0 .75rem; }
  a { color: inherit; }
  code, .line { font-family: ui-monospace, monospace; font-size: 13px; }
  .line { color: var(--quiet); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .75rem; overflow-wrap: anywhere; }
</style>
</head>
<body><main><h1>${title}</h1>${body}</main></body>
</html>
`
