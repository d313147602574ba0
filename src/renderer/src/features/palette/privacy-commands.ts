import type { App } from '../../stores/app.ts'
import { OPEN_ID } from '../../stores/reveals.ts'
import { always, type Command, plain, selectedAny } from './command.ts'

const mode = (app: App) => app.privacy.store.getState().mode
const whyNeverShown = (app: App) =>
  mode(app) === 'streaming' ? 'Streaming never shows them. Stop streaming first.' : null

/** How session ids, tokens and other secrets are shown. */
export const PRIVACY_COMMANDS: readonly Command[] = [
  {
    id: 'reveal-id',
    group: 'Session',
    label: 'Show or hide the session id, or what is masked in the row or value that is in focus',
    keys: 'v',
    matches: plain('v'),
    blocked: (app) =>
      selectedAny(app) ??
      whyNeverShown(app) ??
      (mode(app) === 'shown' ? 'Ids and secrets are shown already.' : null),
    run: (app) => app.reveals.toggle(OPEN_ID),
  },
  {
    id: 'mask',
    group: 'App',
    label: 'Show all ids and secrets, or mask them',
    keys: 'Shift V',
    matches: plain('V'),
    blocked: whyNeverShown,
    run: (app) => app.privacy.setMode(mode(app) === 'shown' ? 'masked' : 'shown'),
  },
  {
    id: 'stream',
    group: 'App',
    label: 'Start streaming: ids and secrets are never shown',
    keys: 'Shift S',
    matches: plain('S'),
    blocked: (app) => (mode(app) === 'streaming' ? 'It is on.' : null),
    run: (app) => app.privacy.setMode('streaming'),
  },
  {
    id: 'stop-streaming',
    group: 'App',
    label: 'Stop streaming…',
    blocked: (app) => (mode(app) === 'streaming' ? always() : 'It is off.'),
    run: (app) => app.openDialog('stopStreaming'),
  },
]
