import type { SavedConnection } from '#shared/connections.ts'
import type { ConnectForm, ConnectInput } from './connect-form.ts'

/** What the parts of the form work on. */
export interface FormView {
  readonly form: ConnectForm
  /** The saved connection that is changed; null for a new one. */
  readonly entry: SavedConnection | null
  set(part: Partial<ConnectForm>): void
  /** What is wrong with an input, in words. */
  errorOf(input: ConnectInput): string | null
}
