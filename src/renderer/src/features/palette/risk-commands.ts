import { focusRisks } from '../../lib/focus.ts'
import type { App } from '../../stores/app.ts'
import { able, type Command, connected, plain } from './command.ts'

const withReport = (app: App) =>
  connected(app) ??
  (app.risks.store.getState().report === null ? 'Open the report on leaks and risks first.' : null)
const isReading = (app: App) => {
  const phase = app.risks.store.getState().report?.values.phase
  return phase === 'reading' || phase === 'waiting'
}

/** What is done with the report on leaks and risks. */
export const RISK_COMMANDS: readonly Command[] = [
  {
    id: 'risks',
    group: 'App',
    label: 'Leaks and risks: show or hide the report',
    keys: 'Shift R',
    matches: plain('R'),
    blocked: connected,
    run(app) {
      app.drawer.toggle('risks')
      // When its panel is there.
      if (app.drawer.store.getState().open === 'risks') requestAnimationFrame(focusRisks)
    },
  },
  {
    id: 'read-risks',
    group: 'List',
    label: 'Leaks and risks: read the values of all sessions, or stop that',
    blocked: (app) => withReport(app) ?? able('readValues')(app),
    run: (app) => app.risks.setReading(!isReading(app)),
  },
  {
    id: 'export-risks',
    group: 'List',
    label: 'Leaks and risks: export the report as JSON, names masked…',
    blocked: withReport,
    run: (app) => app.exportRisks(false),
  },
]
