import { Button, Modal } from '@mantine/core'
import { count, splitPath } from '../components/format.js'
import { DialogBody, DialogFooter } from '../components/form-row.js'
import { visibleText } from '../components/visible-text.js'
import { closeImageNow } from './actions.js'
import { useNavigation } from './navigation-store.js'

export interface CloseDialogProps {
  readonly path: string
  readonly edits: number
  readonly onClose: () => void
}

/** Asks before the staged edits of an image are thrown away with its tab. */
export function CloseDialog({ path, edits, onClose }: CloseDialogProps) {
  const openDialog = useNavigation((store) => store.openDialog)
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Close ${visibleText(splitPath(path).name)}?`}
      size={440}
      closeButtonProps={{ 'aria-label': 'Keep it open' }}
    >
      <DialogBody>
        <p>
          It has {count(edits, 'staged edit')} that {edits === 1 ? 'is' : 'are'} not saved.
        </p>
      </DialogBody>
      <DialogFooter>
        <Button onClick={() => openDialog({ kind: 'save', path, mode: 'new-file' })}>Save as new image…</Button>
        <Button
          data-danger
          onClick={() => {
            onClose()
            closeImageNow(path)
          }}
        >
          Close and discard
        </Button>
      </DialogFooter>
    </Modal>
  )
}
