import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw, Trash2, Warehouse } from 'lucide-react'
import { useState } from 'react'
import type { ContainerStorage } from '#shared/containers/container-requests'
import { formatBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { doctorQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { CommandBlock } from '../../components/command-block.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { pruneQuery, storageQuery } from './container-queries.js'
import { nameOf } from './stored-names.js'
import { PrunePanel } from './prune-panel.js'
import { StoredContainers, StoredImages } from './stored-tables.js'
import styles from './storage-tab.module.css'

interface Left {
  readonly id: string
  readonly reason: string
}

/** What podman and buildah keep on this machine. */
export function StorageTab() {
  const storage = useQuery(storageQuery)
  if (storage.isPending) {
    return (
      <div role="status" aria-label="Reading the container storage">
        <SkeletonRows rows={6} />
      </div>
    )
  }
  if (storage.isError) return <ErrorNotice error={storage.error} onRetry={() => void storage.refetch()} />
  if (storage.data.problem !== null) return <NoPodman problem={storage.data.problem} onRetry={() => void storage.refetch()} />
  return <Storage storage={storage.data} isFetching={storage.isFetching} onReload={() => void storage.refetch()} />
}

function NoPodman({ problem, onRetry }: { readonly problem: string; readonly onRetry: () => void }) {
  const doctor = useQuery(doctorQuery)
  const install = doctor.data?.tools.find(({ id }) => id === 'podman')?.install ?? null
  return (
    <EmptyState
      icon={Warehouse}
      title="The local container storage cannot be read"
      actions={
        <Button leftSection={<RotateCw size={16} aria-hidden />} onClick={onRetry}>
          Try again
        </Button>
      }
    >
      <p>{visibleText(problem)}</p>
      <p>Registries, archives and folders work without it.</p>
      {install !== null && <CommandBlock commands={[install]} />}
    </EmptyState>
  )
}

interface StorageProps {
  readonly storage: ContainerStorage
  readonly isFetching: boolean
  readonly onReload: () => void
}

function Storage({ storage, isFetching, onReload }: StorageProps) {
  const { reportFailure } = useAppActions()
  const client = useQueryClient()
  const [images, setImages] = useState<ReadonlySet<string>>(new Set())
  const [containers, setContainers] = useState<ReadonlySet<string>>(new Set())
  const [left, setLeft] = useState<readonly Left[]>([])
  const remove = useMutation({
    mutationFn: (what: { images: string[]; containers: string[] }) => call('containers.removeStored', what),
    onSuccess: (answer) => {
      if (answer === null) return
      setLeft(answer.left)
      setImages(new Set())
      setContainers(new Set())
      void client.invalidateQueries({ queryKey: storageQuery.queryKey })
      void client.invalidateQueries({ queryKey: pruneQuery.queryKey })
    },
    onError: reportFailure,
  })
  const chosen = {
    images: storage.images.filter(({ id }) => images.has(id)).map(({ id }) => id),
    containers: storage.containers.filter(({ id }) => containers.has(id)).map(({ id }) => id),
  }
  const amount = chosen.images.length + chosen.containers.length
  const isEmpty = storage.images.length === 0 && storage.containers.length === 0

  return (
    <section className={styles.part} aria-label="Local storage">
      <div className={styles.bar}>
        <p className="dim">
          {storage.root === null ? 'podman' : <span className="mono">{visibleText(storage.root)}</span>}
          {storage.driver !== null && ` · ${visibleText(storage.driver)}`} · {count(storage.images.length, 'image')}, {sumWords(storage)} ·{' '}
          {count(storage.containers.length, 'container')}
        </p>
        <div className={styles.actions}>
          <Button leftSection={<RotateCw size={15} aria-hidden />} loading={isFetching} onClick={onReload}>
            Read again
          </Button>
          <Button
            data-danger
            leftSection={<Trash2 size={15} aria-hidden />}
            disabled={amount === 0}
            loading={remove.isPending}
            onClick={() => remove.mutate(chosen)}
          >
            {amount === 0 ? 'Remove…' : `Remove ${amount}…`}
          </Button>
        </div>
      </div>
      {left.length > 0 && (
        <div role="alert">
          <Note tone="amber" title="Not everything was removed">
            {left.map(({ id, reason }) => (
              <p key={id}>
                {nameOf(storage, id)}: {visibleText(reason)}
              </p>
            ))}
          </Note>
        </div>
      )}
      {isEmpty ? (
        <EmptyState icon={Warehouse} title="The local container storage is empty">
          <p>What podman pulls and buildah makes shows here. Diskwright reads from registries without it.</p>
        </EmptyState>
      ) : (
        <>
          <StoredImages images={storage.images} chosen={images} onChoose={setImages} />
          {storage.containers.length > 0 && (
            <StoredContainers containers={storage.containers} chosen={containers} onChoose={setContainers} />
          )}
        </>
      )}
      <PrunePanel storage={storage} isBusy={remove.isPending} onRemove={(what) => remove.mutate(what)} />
    </section>
  )
}

/** Layers that images share count for each of them. */
function sumWords({ images }: ContainerStorage): string {
  return `${formatBytes(images.reduce((sum, { bytes }) => sum + bytes, 0))} by their own count`
}
