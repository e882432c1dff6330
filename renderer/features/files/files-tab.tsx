import { Select } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FolderOpen, HardDrive } from 'lucide-react'
import { useState } from 'react'
import type { ImageInfo, Partition } from '#shared/images/image-info'
import { filesQuery } from '../../api/queries.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { FileList } from './file-list.js'
import styles from './files-tab.module.css'
import { FolderPath } from './folder-path.js'

/** Kinds that hold files; swap, LVM and LUKS do not by themselves. */
const BROWSABLE = new Set(['fat', 'ext', 'xfs', 'btrfs', 'iso9660', 'squashfs', 'ntfs', 'other'])

function label(partition: Partition): string {
  const name = partition.filesystem?.label || partition.name || ''
  const number = partition.number === 0 ? 'Whole disk' : `Partition ${partition.number}`
  return visibleText([number, name, partition.filesystem?.type ?? ''].filter((part) => part !== '').join(' · '))
}

/** Looks into the image, read-only. */
export function FilesTab({ info }: { readonly info: ImageInfo }) {
  const browsable = info.partitions.filter((partition) => partition.filesystem !== null && BROWSABLE.has(partition.filesystem.kind))
  const largest = browsable.toSorted((a, b) => b.sizeBytes - a.sizeBytes)[0]
  const [chosen, setChosen] = useState<number | null>(null)
  const [folder, setFolder] = useState('/')
  const [walked, setWalked] = useState(false)
  const partition = browsable.find((one) => one.number === chosen) ?? largest

  if (partition === undefined) {
    return (
      <div className="card">
        <EmptyState icon={HardDrive} title="No file system to look into">
          <p>None of the partitions holds a file system that Diskwright can read.</p>
        </EmptyState>
      </div>
    )
  }

  return (
    <section className="card" aria-label="Files">
      <div className={styles.bar}>
        <Select
          aria-label="Partition"
          className={styles.partition ?? ''}
          data={browsable.map((one) => ({ value: String(one.number), label: label(one) }))}
          value={String(partition.number)}
          onChange={(value) => {
            setChosen(Number(value))
            setFolder('/')
          }}
        />
        <FolderPath
          folder={folder}
          onFolder={(next) => {
            setWalked(false)
            setFolder(next)
          }}
        />
      </div>
      <Folder
        key={`${partition.number}${folder}`}
        path={info.path}
        partition={partition.number}
        folder={folder}
        takesFocus={walked}
        onFolder={(next) => {
          setWalked(true)
          setFolder(next)
        }}
      />
    </section>
  )
}

interface FolderProps {
  readonly path: string
  readonly partition: number
  readonly folder: string
  readonly takesFocus: boolean
  readonly onFolder: (folder: string) => void
}

function Folder({ path, partition, folder, takesFocus, onFolder }: FolderProps) {
  const files = useQuery(filesQuery(path, partition, folder))
  if (files.isPending) {
    return (
      <div className={styles.state} role="status" aria-label="Reading folder">
        <SkeletonRows rows={8} height={14} gap={17} />
      </div>
    )
  }
  if (files.isError) {
    return (
      <div className={styles.state}>
        <ErrorNotice error={files.error} onRetry={() => void files.refetch()} />
      </div>
    )
  }
  if (files.data.length === 0) {
    return (
      <EmptyState icon={FolderOpen} title="This folder is empty">
        <p className="mono">{visibleText(folder)}</p>
      </EmptyState>
    )
  }
  return (
    <>
      <FileList entries={files.data} folder={folder} takesFocus={takesFocus} onFolder={onFolder} />
      <p className={styles.count}>{count(files.data.length, 'item')}, read-only</p>
    </>
  )
}
