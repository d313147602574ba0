import { expect, test } from './fixtures.ts'
import { fillSessions } from './sessions.ts'

test('each session shows its user, id, times, page views and remaining TTL', async ({ ui, store }) => {
  const id = await store.createSession({ username: 'ada', page_views: 31 }, 60)
  await store.createSession({ page_views: 2 })
  await expect(ui.rows).toHaveCount(2)
  await expect(ui.cell('ada', 'User')).toHaveText('ada')
  await expect(ui.cell('ada', 'Session')).toHaveText(id)
  await expect(ui.cell('ada', 'Created')).toHaveText(/^\d\d:\d\d:\d\d$/)
  await expect(ui.cell('ada', 'Seen')).toHaveText(/^(now|\d+ s ago)$/)
  await expect(ui.cell('ada', 'page_views')).toHaveText('31')
  await expect(ui.cell('ada', 'TTL')).toHaveText(/5\d s$/)
  await expect(ui.cell('–', 'TTL')).toHaveText(/29:\d\d$/)
  await expect(ui.toolbar).toContainText('2 sessions')
})

test('any field can be a column, and stays one after a reload', async ({ ui, store }) => {
  await store.createSession({ username: 'ada', theme: 'dark' })
  await expect(ui.row('ada')).toBeVisible()
  await ui.button('Columns').click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'theme' }).click()
  await ui.page.keyboard.press('Escape')
  await expect(ui.header('theme')).toBeVisible()
  await expect(ui.row('ada')).toContainText('dark')
  await ui.page.reload()
  await expect(ui.header('theme')).toBeVisible()
  await ui.button('Columns').click()
  await ui.page.getByRole('menuitemcheckbox', { name: 'page_views' }).click()
  await expect(ui.header('page_views')).toHaveCount(0)
})

test('a header sorts by its column, and turns the order', async ({ ui, store }) => {
  for (const [username, page_views, ttl] of [
    ['ada', 9, 300],
    ['grace', 10, 60],
    ['alan', 1, 900],
  ] as const) {
    await store.createSession({ username, page_views }, ttl)
  }
  await expect(ui.rows).toHaveCount(3)
  await expect(ui.header('Seen')).toHaveAttribute('aria-sort', 'descending')
  await ui.header('TTL').getByRole('button').click()
  await expect(ui.header('TTL')).toHaveAttribute('aria-sort', 'ascending')
  await expect(ui.header('Seen')).toHaveAttribute('aria-sort', 'none')
  await expect.poll(() => ui.column('User')).toEqual(['grace', 'ada', 'alan'])
  await ui.header('TTL').getByRole('button').click()
  await expect(ui.header('TTL')).toHaveAttribute('aria-sort', 'descending')
  await expect.poll(() => ui.column('User')).toEqual(['alan', 'ada', 'grace'])
  // Numbers by their size, and from the keyboard.
  await ui.header('page_views').getByRole('button').focus()
  await ui.page.keyboard.press('Enter')
  await expect.poll(() => ui.column('page_views')).toEqual(['1', '9', '10'])
  await ui.header('User').getByRole('button').focus()
  await ui.page.keyboard.press('Space')
  await expect.poll(() => ui.column('User')).toEqual(['ada', 'alan', 'grace'])
})

test('the filter finds words in ids and columns, and a word in one field', async ({ ui, store }) => {
  // Words that no random id happens to hold.
  const id = await store.createSession({ username: 'katherine', page_views: 31_000 })
  await store.createSession({ username: 'barbara', page_views: 70_007 })
  await store.createSession({ username: 'katharina', page_views: 70_007 })
  await ui.header('User').getByRole('button').click()
  await expect(ui.rows).toHaveCount(3)
  await ui.page.keyboard.press('/')
  await expect(ui.filter).toBeFocused()
  await ui.page.keyboard.type('kath')
  await expect.poll(() => ui.column('User')).toEqual(['katharina', 'katherine'])
  await expect(ui.toolbar).toContainText('2 of 3 match')
  await ui.filter.fill('kath 70007')
  await expect.poll(() => ui.column('User')).toEqual(['katharina'])
  await ui.filter.fill('page_views:70007 username:BARB')
  await expect.poll(() => ui.column('User')).toEqual(['barbara'])
  await ui.filter.fill(id)
  await expect.poll(() => ui.column('User')).toEqual(['katherine'])
  await ui.filter.fill('nobody')
  await expect(ui.page.getByRole('heading', { name: 'No session matches the filter' })).toBeVisible()
  await expect(ui.list).toContainText('nobody')
  await ui.filter.press('Escape')
  await expect(ui.filter).toHaveValue('')
  await expect(ui.rows).toHaveCount(3)
  await ui.filter.press('Escape')
  await expect(ui.grid).toBeFocused()
})

test('TTLs count down on every row while no row is rendered anew', async ({ ui, store }) => {
  for (const username of ['ada', 'grace', 'alan']) await store.createSession({ username }, 1800)
  await expect(ui.rows).toHaveCount(3)
  await ui.page.mouse.move(0, 0)
  const seen = await ui.grid.evaluate(
    (grid) =>
      new Promise<{ columns: string[]; texts: string[]; elements: number }>((resolve) => {
        const columns = new Set<string>()
        const texts: string[] = []
        let elements = 0
        const observer = new MutationObserver((records) => {
          for (const { target, type, addedNodes } of records) {
            const element = target instanceof Element ? target : target.parentElement
            // The header is no row of a session: React writes its box anew when the marks of new rows go.
            if (element?.closest('[role="rowgroup"]')?.querySelector('[role="columnheader"]')) continue
            const cell = element?.closest('[role="gridcell"]')
            const at = [...(cell?.parentElement?.querySelectorAll('[role="gridcell"]') ?? [])].indexOf(
              cell ?? grid,
            )
            columns.add(
              ['User', 'Session', 'Created', 'Seen', 'page_views', 'TTL'][at] ?? 'outside of the cells',
            )
            elements += [...addedNodes].filter((node) => node instanceof Element).length
            if (at === 5 && type !== 'attributes') texts.push(element?.textContent ?? '')
          }
          // Three rows, four seconds.
          if (texts.length >= 12) {
            observer.disconnect()
            resolve({ columns: [...columns].toSorted(), texts, elements })
          }
        })
        observer.observe(grid, { subtree: true, childList: true, characterData: true, attributes: true })
      }),
  )
  expect(new Set(seen.texts).size).toBeGreaterThanOrEqual(4)
  expect(seen.elements).toBe(0)
  expect(['Seen,TTL', 'TTL']).toContain(seen.columns.join())
})

test('a TTL turns amber, then red, by a mark as well as by its colour', async ({ ui, store, redis }) => {
  const id = await store.createSession({ username: 'ada' }, 1000)
  await store.createSession({ username: 'forever' })
  await redis.client.pexpire(store.keyOf(id), 200_000)
  await expect(ui.cell('ada', 'TTL')).toContainText('△')
  await redis.client.pexpire(store.keyOf(id), 90_000)
  await expect(ui.cell('ada', 'TTL')).toContainText('▲')
})

test('a prefix is taken literally, whatever characters it has', async ({ ui, redis, store }) => {
  const odd = 'app*?[a-z]\\:'
  await fillSessions(redis.client, 2, odd)
  // What the same text would find as a pattern.
  await fillSessions(redis.client, 1, 'app-xyza:')
  await store.createSession({ username: 'ada' })
  await ui.setPrefix(odd)
  await expect
    .poll(() => ui.column('User').then((users) => users.toSorted()))
    .toEqual(['user-00001', 'user-00002'])
  await ui.setPrefix('nothing:')
  await expect(ui.page.getByRole('heading', { name: 'No session under this prefix' })).toBeVisible()
  await expect(ui.list).toContainText('nothing:')
  await ui.setPrefix('')
  await expect(ui.rows).toHaveCount(4)
})

test('what is no session is listed and marked, and is touched by nothing that is meant for sessions', async ({
  ui,
  redis,
  store,
}) => {
  await store.createSession({ username: 'ada' })
  await redis.client.rpush('session:queue', 'job')
  await redis.client.hset('session:fragment', { username: 'zed', page_views: '1' })
  await expect(ui.rows).toHaveCount(3)
  await expect(ui.row('queue')).toContainText('list')
  await expect(ui.row('queue')).toContainText('not a hash')
  await expect(ui.row('zed')).toContainText('incomplete')
  await expect(ui.row('zed')).toContainText('lacks created_at, last_accessed_at and session_ttl')
  await expect(ui.row('zed')).toContainText('no expiry')

  await ui.open('zed')
  await expect(ui.detail).toContainText('It can be edited as the plain hash that it is')
  await expect(ui.field('username')).toContainText('zed')
  for (const action of ['Touch', 'Rotate']) await expect(ui.button(action)).toHaveCount(0)
  // Nor by the keys.
  await ui.page.keyboard.press('t')
  await ui.row('queue').click()
  await expect(ui.detail).toContainText('what it holds is not edited here')
  await ui.page.keyboard.press('a')
  await expect(ui.page.getByRole('textbox', { name: 'Field name' })).toHaveCount(0)
  expect(await redis.client.hgetall('session:fragment')).toEqual({ username: 'zed', page_views: '1' })
  expect(await redis.client.ttl('session:fragment')).toBe(-1)
})

test('ids and values of any bytes are listed', async ({ ui, redis }) => {
  await redis.client.hset('session:<b>bold</b>', { username: '<script>alert(1)</script>' })
  await redis.client.hset(Buffer.from([...Buffer.from('session:'), 0xff, 0x00]), 'username', 'binary')
  await expect(ui.row('<b>bold</b>')).toContainText('<script>alert(1)</script>')
  await expect(ui.row('binary')).toContainText('\\xff\\x00')
  await ui.open('binary')
  await expect(ui.detail).toContainText('\\xff\\x00')
})

test('an empty Redis offers ways to something alive', async ({ ui }) => {
  await expect(ui.page.getByRole('heading', { name: 'This Redis is empty' })).toBeVisible()
  await expect(ui.button('Create a session')).toBeVisible()
  await expect(ui.button('Start the demo server')).toBeVisible()
  await ui.button('Add 200 sample sessions').click()
  await expect(ui.rows.nth(10)).toBeVisible()
})
