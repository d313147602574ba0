import { z } from 'zod'
import type { ConnectionStatus, Environment, PublicTarget } from './model.ts'

/** Which of the connections that are open side by side. A number is never used again. */
export const tabNumberSchema = z.int().min(0)

/** One of them, as it is named beside the others. */
export interface TabStatus {
  readonly number: number
  readonly state: ConnectionStatus['state']
  /** Null where it is connected to nothing. */
  readonly target: PublicTarget | null
  /** Both also while the connection is lost. */
  readonly environment: Environment | null
  readonly readOnly: boolean
  /** Where its demo server is; null where none runs. */
  readonly demoUrl: string | null
}

/** What the menu of the desktop app asks a window for. */
export type MenuChoice =
  | { readonly item: 'openTab' | 'closeTab' | 'nextTab' | 'previousTab' }
  /** The app was started once more, with a Redis that this tab is connected to. */
  | { readonly item: 'showTab'; readonly number: number }
