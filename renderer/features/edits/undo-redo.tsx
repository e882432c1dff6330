import { ActionIcon, Tooltip } from '@mantine/core'
import { Redo2, Undo2 } from 'lucide-react'
import { useCanRedo, useCanUndo, useEditStore } from './edit-store.js'

export function UndoRedo({ path }: { readonly path: string }) {
  const { undo, redo } = useEditStore.getState()
  const canUndo = useCanUndo(path)
  const canRedo = useCanRedo(path)
  return (
    <>
      <Tooltip label="Undo, Ctrl Z">
        <ActionIcon aria-label="Undo" disabled={!canUndo} onClick={() => undo(path)}>
          <Undo2 size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo, Ctrl Shift Z">
        <ActionIcon aria-label="Redo" disabled={!canRedo} onClick={() => redo(path)}>
          <Redo2 size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </>
  )
}
