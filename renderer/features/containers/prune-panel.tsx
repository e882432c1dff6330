import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Eraser } from 'lucide-react'
import type { ContainerStorage } from '#shared/containers/container-requests'
import { formatBytes } from '#shared/text/bytes'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { pruneQuery } from './container-queries.js'
import { nameOf } from './stored-names.js'
import styles from './storage-tab.module.css'

interface PrunePanelProps {
  readonly storage: ContainerStorage
  readonly isBusy: boolean
  readonly onRemove: (what: { images: string[]; containers: string[] }) => void
}

/** What Diskwright made or pulled itself, by name; nothing else is ever pruned. */
export function PrunePanel({ storage, isBusy, onRemove }: PrunePanelProps) {
  const prune = useQuery(pruneQuery)
  if (prune.isPending) return null
  if (prune.isError) return <ErrorNotice error={prune.error} onRetry={() => void prune.refetch()} />
  const { images, containers, bytes } = prune.data
  const names = [...containers, ...images]
  return (
    <section className={`card ${styles.prune}`} aria-labelledby="prune-title">
      <div className={styles.bar}>
        <div>
          <h2 id="prune-title">Made by Diskwright</h2>
          <p className="dim">
            {names.length === 0
              ? 'Nothing of it is left here.'
              : `${count(images.length, 'image')} and ${count(containers.length, 'container')}, ${formatBytes(bytes)}. What others made is never pruned.`}
          </p>
        </div>
        {names.length > 0 && (
          <Button leftSection={<Eraser size={15} aria-hidden />} disabled={isBusy} onClick={() => onRemove({ images, containers })}>
            Remove all of it…
          </Button>
        )}
      </div>
      {names.length > 0 && (
        <ul className={styles.names}>
          {names.map((id) => (
            <li key={id} className="mono">
              {nameOf(storage, id)}
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
