import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { imageQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { DialogBody } from '../../components/form-row.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../../features/edits/edit-store.js'
import { PackageForm } from './package-form.js'

/** Makes a container image of a disk and puts it somewhere. */
export function PackageDialog({ path, onClose }: { readonly path: string; readonly onClose: () => void }) {
  const info = useQuery(imageQuery(path))
  const edits = useEdits(path)
  const [isRunning, setRunning] = useState(false)
  const name = visibleText(splitPath(path).name)
  return (
    <Modal
      opened
      onClose={onClose}
      title={isRunning ? `Packaging ${name}` : `Package ${name} as a container image`}
      size={740}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {info.isPending && (
        <DialogBody>
          <SkeletonRows rows={5} />
        </DialogBody>
      )}
      {info.isError && (
        <DialogBody>
          <ErrorNotice error={info.error} onRetry={() => void info.refetch()} />
        </DialogBody>
      )}
      {info.data !== undefined && <PackageForm info={info.data} stagedEdits={edits.length} onRunning={setRunning} onClose={onClose} />}
    </Modal>
  )
}
