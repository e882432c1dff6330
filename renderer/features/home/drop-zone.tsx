import { Button } from '@mantine/core'
import { Combine, FolderOpen, HardDriveDownload } from 'lucide-react'
import { useAppActions } from '../../components/app-actions.js'
import { splitPath } from '../../components/format.js'
import { ContainerPaste } from './container-paste.js'
import styles from './drop-zone.module.css'

interface DropZoneProps {
  readonly samples: readonly string[]
  readonly compact: boolean
}

/** The whole window takes drops; this says so and offers the dialog. */
export function DropZone({ samples, compact }: DropZoneProps) {
  const { chooseImages, convertMany, openImages } = useAppActions()
  return (
    <section className={styles.zone} data-compact={compact || undefined} aria-label="Open images">
      <HardDriveDownload size={compact ? 34 : 42} strokeWidth={1.7} className={styles.icon} aria-hidden />
      <h2 className={styles.title}>Drop disk images here</h2>
      <p className={styles.text}>
        qcow2, VMDK, VHD, VHDX, VDI and raw, packed ones and archives of container images; several at once. A recipe (.yaml) is staged on
        the image that is open. Nothing is changed until you save, and reading needs no root.
      </p>
      <div className={styles.actions}>
        <Button variant="filled" leftSection={<FolderOpen size={16} aria-hidden />} onClick={chooseImages}>
          Open image…
        </Button>
        <Button leftSection={<Combine size={16} aria-hidden />} onClick={() => convertMany([])}>
          Convert many…
        </Button>
        {samples.map((path) => (
          <Button key={path} onClick={() => openImages([path])} title={path}>
            {samples.length === 1 ? 'Try the sample image' : `Sample ${splitPath(path).name}`}
          </Button>
        ))}
      </div>
      <ContainerPaste />
    </section>
  )
}
