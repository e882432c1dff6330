import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { bootQuery, editsQuery, imageQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody } from '../../components/form-row.js'
import { splitPath } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../../features/edits/edit-store.js'
import { BootTestForm } from './boot-test-form.js'

/** Asks how an image is booted, and when it has passed; what is staged is part of it. */
export function BootTestDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const edits = useEdits(path)
  const info = useQuery(imageQuery(path))
  const before = useQuery(bootQuery(path))
  const after = useQuery({ ...editsQuery(path, edits), enabled: edits.length > 0 })
  const boot = edits.length === 0 ? before.data : after.data?.boot
  const error = info.error ?? before.error ?? after.error
  const isReady = info.data !== undefined && (boot !== undefined || error !== null)

  return (
    <Modal
      opened
      onClose={onClose}
      title={`Boot test of ${visibleText(splitPath(path).name)}`}
      size={680}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {isReady ? (
        <BootTestForm info={info.data} edits={edits} boot={boot} onClose={onClose} />
      ) : (
        <DialogBody>{error === null ? <p className="dim">Reading…</p> : <ErrorNotice error={error} />}</DialogBody>
      )}
    </Modal>
  )
}
