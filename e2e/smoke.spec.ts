import { expect, test } from './fixtures.ts'

test('the inspector opens without an error', async ({ inspector }) => {
  const problems: string[] = []
  inspector.on('pageerror', (error) => problems.push(error.message))
  inspector.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  const page = await inspector.reload()
  await expect(inspector).toHaveTitle(/^127\.0\.0\.1:\d+ – Redis Session Inspector$/)
  await expect(inspector.locator('#root')).not.toBeEmpty()
  expect(problems).toEqual([])
  expect(page?.headers()).toMatchObject({
    'content-security-policy': expect.stringContaining("default-src 'none'; script-src 'self';"),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  })
})

test('code that is put into the page does not run, and no other address is loaded from', async ({
  inspector,
}) => {
  const blocked = await inspector.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const violations: string[] = []
        addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
          violations.push(effectiveDirective)
          if (violations.length === 4) resolve(violations.toSorted())
        })
        document.body.append(Object.assign(document.createElement('script'), { text: 'window.ran = true' }))
        document.body.append(Object.assign(document.createElement('iframe'), { src: 'https://example.com/' }))
        document.body.append(Object.assign(new Image(), { src: 'https://example.com/a.png' }))
        fetch('https://example.com/').catch(() => {})
      }),
  )
  expect(blocked).toEqual(['connect-src', 'frame-src', 'img-src', 'script-src-elem'])
  expect(await inspector.evaluate(() => 'ran' in window)).toBe(false)
})
