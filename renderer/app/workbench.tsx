import { Button, Tabs } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Suspense, useEffect } from 'react'
import { toAppError } from '#shared/errors/app-error'
import { bootQuery, imageQuery } from '../api/queries.js'
import { type ImageTab, useAppActions } from '../components/app-actions.js'
import { CountBadge } from '../components/badge.js'
import { ErrorNotice } from '../components/error-notice.js'
import { splitPath } from '../components/format.js'
import { GuestText } from '../components/guest-text.js'
import { SkeletonRows } from '../components/skeleton-rows.js'
import { BootTab } from '../features/boot-entries/boot-tab.js'
import { RepairPanel } from '../features/disk/repair-panel.js'
import { EditsTab } from '../features/edits/edits-tab.js'
import { useEdits } from '../features/edits/edit-store.js'
import { FilesTab } from '../features/files/files-tab.js'
import { HealthBadge } from '../features/health/health-badge.js'
import { ImageHeader } from '../features/images/image-header.js'
import { ImageSkeleton } from '../features/images/image-skeleton.js'
import { ImageWarnings } from '../features/images/image-warnings.js'
import { partitionName } from '../features/images/partition-layout.js'
import { DiskMap } from '../features/resize/disk-map.js'
import { PackedNote } from '../features/unpack/packed-note.js'
import { UnpackPanel } from '../features/unpack/unpack-panel.js'
import { BootTestTab, DiskTab, HealthTab, OriginLine, SystemTab } from './lazy-parts.js'
import styles from './workbench.module.css'

/** One open image: what it is, how it boots, what it holds, what is staged. */
export function Workbench({ path, tab }: { readonly path: string; readonly tab: ImageTab }) {
  const image = useQuery(imageQuery(path))
  const boot = useQuery(bootQuery(path))
  const edits = useEdits(path)
  const { showTab } = useAppActions()
  if (image.isError) return <BrokenImage path={path} error={image.error} onRetry={() => void image.refetch()} />

  const info = image.data
  const partitionLabel = (number: number) => {
    const partition = info?.partitions.find((one) => one.number === number)
    return partition === undefined ? String(number) : partitionName(partition)
  }

  return (
    <div className={styles.workbench}>
      {info === undefined ? (
        <ImageSkeleton path={path} />
      ) : (
        <>
          <ImageHeader info={info} edits={edits.length} />
          <Suspense fallback={null}>
            <OriginLine path={path} />
          </Suspense>
          <DiskMap info={info} />
          <ImageWarnings warnings={info.warnings} onHealth={() => showTab(path, 'health')} />
        </>
      )}
      <Tabs
        value={tab}
        onChange={(value) => showTab(path, (value ?? 'boot') as ImageTab)}
        keepMounted={false}
        className={styles.tabs ?? ''}
      >
        <Tabs.List aria-label="Parts of the image">
          <Tabs.Tab value="boot" rightSection={<CountBadge amount={boot.data?.entries.length ?? 0} label="boot entries" tone="neutral" />}>
            Boot
          </Tabs.Tab>
          <Tabs.Tab value="files">Files</Tabs.Tab>
          <Tabs.Tab value="health" rightSection={info !== undefined && <HealthBadge info={info} ready={boot.isSuccess} />}>
            Health
          </Tabs.Tab>
          <Tabs.Tab value="system">System</Tabs.Tab>
          <Tabs.Tab value="disk">Disk</Tabs.Tab>
          <Tabs.Tab value="edits" rightSection={<CountBadge amount={edits.length} label="staged edits" />}>
            Edits
          </Tabs.Tab>
          <Tabs.Tab value="boot-test">Boot test</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="boot" className={styles.panel ?? ''}>
          <BootTab path={path} partitionLabel={partitionLabel} onShowFiles={() => showTab(path, 'files')} />
        </Tabs.Panel>
        <Tabs.Panel value="files" className={styles.panel ?? ''}>
          {info !== undefined && <FilesTab info={info} />}
        </Tabs.Panel>
        <Tabs.Panel value="health" className={styles.panel ?? ''}>
          {info !== undefined && (
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <HealthTab info={info} />
            </Suspense>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="system" className={styles.panel ?? ''}>
          {info !== undefined && (
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <SystemTab info={info} partitionLabel={partitionLabel} />
            </Suspense>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="disk" className={styles.panel ?? ''}>
          {info !== undefined && (
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <DiskTab info={info} />
            </Suspense>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="edits" className={styles.panel ?? ''}>
          <EditsTab path={path} partitionLabel={partitionLabel} />
        </Tabs.Panel>
        <Tabs.Panel value="boot-test" className={styles.panel ?? ''}>
          {info !== undefined && (
            <Suspense fallback={<SkeletonRows rows={6} />}>
              <BootTestTab info={info} />
            </Suspense>
          )}
        </Tabs.Panel>
      </Tabs>
    </div>
  )
}

interface BrokenImageProps {
  readonly path: string
  readonly error: unknown
  readonly onRetry: () => void
}

function BrokenImage({ path, error, onRetry }: BrokenImageProps) {
  const { closeImage, openContainer } = useAppActions()
  const { actions } = toAppError(error).data
  const container = actions.find(({ kind }) => kind === 'open-container')
  const reference = container?.kind === 'open-container' ? container.reference : undefined

  // It is no disk at all: its place is another screen, and its tab would only be in the way.
  useEffect(() => {
    if (reference === undefined) return
    closeImage(path)
    openContainer(reference)
  }, [reference, path, closeImage, openContainer])

  if (reference !== undefined) return null
  const isPacked = actions.some(({ kind }) => kind === 'unpack')
  const isRepairable = actions.some(({ kind }) => kind === 'repair')
  return (
    <div className={styles.workbench}>
      <h1 className="truncate" title={path}>
        <GuestText text={splitPath(path).name} />
      </h1>
      {isPacked ? <PackedNote path={path} error={error} /> : <ErrorNotice error={error} onRetry={onRetry} />}
      {isPacked && <UnpackPanel path={path} />}
      {isRepairable && <RepairPanel path={path} />}
      <div>
        <Button onClick={() => closeImage(path)}>Close this tab</Button>
      </div>
    </div>
  )
}
