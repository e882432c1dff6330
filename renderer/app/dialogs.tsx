import { Button, Modal } from '@mantine/core'
import { count, splitPath } from '../components/format.js'
import { DialogBody, DialogFooter } from '../components/form-row.js'
import { visibleText } from '../components/visible-text.js'
import { ConvertDialog } from '../wizards/convert/convert-dialog.js'
import { SaveDialog } from '../wizards/save/save-dialog.js'
import { closeImageNow } from './actions.js'
import { useNavigation } from './navigation-store.js'

/** The dialog that is open, if one is. */
export function Dialogs() {
  const dialog = useNavigation((store) => store.dialog)
  const openDialog = useNavigation((store) => store.openDialog)
  const images = useNavigation((store) => store.images)
  const close = () => openDialog(null)
  switch (dialog?.kind) {
    case undefined:
      return null
    case 'convert':
      return (
        <ConvertDialog
          key={dialog.paths.join('\n')}
          paths={dialog.paths}
          others={images.map(({ path }) => path).filter((path) => !dialog.paths.includes(path))}
          onClose={close}
        />
      )
    case 'save':
      return <SaveDialog key={`${dialog.mode}${dialog.path}`} path={dialog.path} mode={dialog.mode} onClose={close} />
    case 'close':
      return <CloseDialog path={dialog.path} edits={dialog.edits} onClose={close} />
  }
}

interface CloseDialogProps {
  readonly path: string
  readonly edits: number
  readonly onClose: () => void
}

function CloseDialog({ path, edits, onClose }: CloseDialogProps) {
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
