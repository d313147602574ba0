import { useStore } from 'zustand'
import { useApp } from '../stores/context.ts'
import { CreateDialog } from './create/CreateDialog.tsx'
import { DeleteDialog } from './detail/DeleteDialog.tsx'
import { RotateDialog } from './detail/RotateDialog.tsx'
import { Palette } from './palette/Palette.tsx'
import { ShortcutsDialog } from './palette/ShortcutsDialog.tsx'

const DIALOGS = {
  create: CreateDialog,
  delete: DeleteDialog,
  rotate: RotateDialog,
  palette: Palette,
  shortcuts: ShortcutsDialog,
} as const

/** The dialog that is open, if any. */
export function Dialogs() {
  const app = useApp()
  const open = useStore(app.dialog, (state) => state.open)
  if (open === null) return null
  const Open = DIALOGS[open]
  return <Open onClose={() => app.openDialog(null)} />
}
