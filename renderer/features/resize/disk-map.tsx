import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { Scaling } from 'lucide-react'
import { useState } from 'react'
import { isResize, withStagedSizes } from '#shared/edits/staged-layout'
import type { ImageInfo } from '#shared/images/image-info'
import { formatBytes } from '#shared/text/bytes'
import { useEdits } from '../edits/edit-store.js'
import { stageChecked } from '../edits/stage-checked.js'
import { PartitionMap } from '../images/partition-map.js'
import styles from './disk-map.module.css'
import { ResizeDialog } from './resize-dialog.js'

/** The partition map as it is with what is staged, and the way to other sizes. */
export function DiskMap({ info }: { readonly info: ImageInfo }) {
  const edits = useEdits(info.path)
  const queryClient = useQueryClient()
  const [isOpen, setOpen] = useState(false)
  const shown = withStagedSizes(info, edits)
  const count = edits.filter(isResize).length
  return (
    <>
      <PartitionMap
        info={shown}
        aside={
          <span className={styles.aside}>
            {count > 0 && (
              <span role="status">
                {shown.virtualBytes === info.virtualBytes
                  ? 'As staged: partitions have other sizes'
                  : `As staged: disk ${formatBytes(info.virtualBytes)} → ${formatBytes(shown.virtualBytes)}`}
              </span>
            )}
            <Button size="compact-xs" variant="subtle" leftSection={<Scaling size={14} aria-hidden />} onClick={() => setOpen(true)}>
              Resize…
            </Button>
          </span>
        }
      />
      {isOpen && (
        <ResizeDialog
          info={info}
          edits={edits}
          onStage={(list) => stageChecked(queryClient, info.path, list, list.filter(isResize).length)}
          onClose={() => setOpen(false)}
        />
      )}
    </>
  )
}
