import { maskedText } from '#shared/mask.ts'
import type { App } from '../../stores/app.ts'
import type { DetailState } from '../../stores/detail.ts'
import type { ExportTarget } from '../../stores/export.ts'
import type { ListState } from '../../stores/list-state.ts'
import { userOf } from '../detail/who.ts'

/** What can be exported of the list: what its filter matches, and all of it. */
export function listTarget({ prefix, filter, view, progress }: ListState): ExportTarget {
  const all = {
    label: `All under ${prefixInWords(prefix)}`,
    scope: { filter: '' },
    count: progress?.total ?? 0,
  }
  if (filter.trim() === '') return { prefix, choices: [all] }
  const matched = { label: `What matches ${filter.trim()}`, scope: { filter }, count: view?.matched ?? 0 }
  return { prefix, choices: [matched, all] }
}

export const whyNothingToExport = ({ progress }: ListState): string | null =>
  (progress?.total ?? 0) === 0 ? 'There is no session to export.' : null

/** The session that is open. */
export function openSessionExport(app: App): void {
  const { prefix, selected, detail } = app.detail.store.getState()
  if (selected === null) return
  const user = userOf(detail)
  const label = user === null ? 'The open session' : `The session of ${maskedText(user)}`
  app.openExport({ prefix, choices: [{ label, session: selected, scope: { ids: [selected] }, count: 1 }] })
}

export const whyNotExportable = ({ selected, ending }: DetailState): string | null =>
  selected === null
    ? 'Select a session first.'
    : ending === null
      ? null
      : 'This session has ended, so there is nothing to export.'

export const prefixInWords = (prefix: string): string => (prefix === '' ? '(no prefix)' : prefix)
