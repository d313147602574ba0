import { useStore } from 'zustand'
import { useApp } from '../stores/context.ts'
import { BulkDialog } from './bulk/BulkDialog.tsx'
import { ClusterDialog } from './cluster/ClusterDialog.tsx'
import { CompareDialog } from './compare/CompareDialog.tsx'
import { StopPrivateRedisDialog } from './connect/StopPrivateRedisDialog.tsx'
import { CookieDialog } from './cookie/CookieDialog.tsx'
import { CreateDialog } from './create/CreateDialog.tsx'
import { DeleteDialog } from './detail/DeleteDialog.tsx'
import { RotateDialog } from './detail/RotateDialog.tsx'
import { HistoryDialog } from './history/HistoryDialog.tsx'
import { UndoConflictDialog } from './history/UndoConflictDialog.tsx'
import { Palette } from './palette/Palette.tsx'
import { ShortcutsDialog } from './palette/ShortcutsDialog.tsx'
import { SaveConnectionDialog } from './status/SaveConnectionDialog.tsx'
import { StopStreamingDialog } from './status/StopStreamingDialog.tsx'
import { ExportTimelineDialog } from './timeline/ExportTimelineDialog.tsx'
import { ExportDialog } from './transfer/ExportDialog.tsx'
import { ImportDialog } from './transfer/ImportDialog.tsx'

const DIALOGS = {
  compare: CompareDialog,
  create: CreateDialog,
  delete: DeleteDialog,
  rotate: RotateDialog,
  palette: Palette,
  shortcuts: ShortcutsDialog,
  history: HistoryDialog,
  export: ExportDialog,
  import: ImportDialog,
  cluster: ClusterDialog,
  cookie: CookieDialog,
  saveConnection: SaveConnectionDialog,
  stopPrivateRedis: StopPrivateRedisDialog,
  stopStreaming: StopStreamingDialog,
  exportTimeline: ExportTimelineDialog,
} as const

/** The dialog that is open, if any. */
export function Dialogs() {
  const app = useApp()
  const open = useStore(app.dialog, (state) => state.open)
  const Open = open === null ? null : DIALOGS[open]
  return (
    <>
      {Open === null ? null : <Open onClose={() => app.openDialog(null)} />}
      <BulkDialog />
      <UndoConflictDialog />
    </>
  )
}
