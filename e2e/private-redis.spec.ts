import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './fixtures.ts'
import { launchElectron, launchWeb } from './hosts.ts'
import { Screen } from './screen.ts'

test.use({ appArgs: [] })

const continueWith = (ui: Screen) => ui.button(/^Continue with \d+ keys$/)

test('a private Redis is kept and gone on with, also by the next start of the app, and dropped', async ({
  host,
  context,
}) => {
  const data = await mkdtemp(join(tmpdir(), 'inspector-kept-'))
  const launch = () => (host === 'electron' ? launchElectron([], data) : launchWeb(context, [], data))
  const first = await launch()
  const ui = new Screen(first.page)
  await ui.page.getByRole('checkbox', { name: 'Keep its data for the next time' }).check()
  await ui.button('Start a private Redis').click()
  await ui.button('Add 200 sample sessions').click()
  await expect(ui.rows.nth(10)).toBeVisible()
  const menu = ui.page.getByRole('button', { name: /^Connection/ })
  await menu.click()
  await expect(ui.page.getByRole('menu')).toContainText('saved when it stops or the inspector closes')
  await ui.page.getByRole('menuitem', { name: 'Stop the private Redis' }).click()
  const question = ui.page.getByRole('dialog', { name: 'Stop the private Redis?' })
  await question.getByRole('button', { name: 'Stop and keep its data' }).click()
  await expect(continueWith(ui)).toBeVisible()
  await expect(ui.page.getByRole('region', { name: 'No Redis at hand?' })).toContainText(
    /Saved (today|yesterday) \d\d:\d\d by (Redis|Valkey) \d.*KB/,
  )
  await continueWith(ui).click()
  await expect(ui.rows.nth(10)).toBeVisible()
  await first.close()

  const second = await launch()
  const again = new Screen(second.page)
  await again.button(/^Continue with \d+ keys$/).click()
  await expect(again.rows.nth(10)).toBeVisible()
  await again.page.getByRole('button', { name: /^Connection/ }).click()
  await again.page.getByRole('menuitem', { name: 'Stop the private Redis' }).click()
  await again.button('Stop and keep its data').click()
  await again.button('Drop kept data…').click()
  const dialog = again.page.getByRole('alertdialog')
  await expect(dialog).toContainText(/The private Redis kept \d+ keys/)
  await dialog.getByRole('button', { name: 'Drop kept data' }).click()
  await expect(again.button('Start a private Redis')).toBeVisible()
  await expect(again.button('Drop kept data…')).toHaveCount(0)
  await second.close()
  await rm(data, { recursive: true, force: true, maxRetries: 3 })
})

test('one that lives in memory is opened again while it runs, and asked about before it goes', async ({
  ui,
}) => {
  await ui.button('Start a private Redis').click()
  await ui.button('Add 200 sample sessions').click()
  await expect(ui.rows.nth(10)).toBeVisible()
  const menu = ui.page.getByRole('button', { name: /^Connection/ })
  await menu.click()
  await expect(ui.page.getByRole('menu')).toContainText('in memory, until the inspector closes')
  await ui.page.getByRole('menuitem', { name: 'Disconnect' }).click()
  const card = ui.page.getByRole('region', { name: 'No Redis at hand?' })
  await expect(card).toContainText('Its data is in memory alone')
  await card.getByRole('button', { name: 'Open it' }).click()
  await expect(ui.rows.nth(10)).toBeVisible()
  await menu.click()
  await ui.page.getByRole('menuitem', { name: 'Stop the private Redis' }).click()
  await ui.button('Cancel').click()
  await expect(ui.rows.nth(10)).toBeVisible()
  await menu.click()
  await ui.page.getByRole('menuitem', { name: 'Stop the private Redis' }).click()
  await ui.button('Stop and drop its data').click()
  await expect(card.getByRole('button', { name: 'Start a private Redis' })).toBeVisible()
})
