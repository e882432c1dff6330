import { ActionIcon, Tooltip } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { FileX2, X } from 'lucide-react'
import { imageFormat, isImageFormat } from '#shared/images/formats'
import type { RecentImage } from '#shared/settings/settings'
import { formatBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { recentsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { Badge, type Tone } from '../../components/badge.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count, formatAgo, splitPath } from '../../components/format.js'
import { GuestText } from '../../components/guest-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { useNow } from '../../components/use-now.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits } from '../edits/edit-store.js'
import styles from './recents-table.module.css'

/** Images that were open before; those whose file is gone say so and can be removed. */
export function RecentsTable() {
  const recents = useQuery(recentsQuery)
  const client = useQueryClient()
  const now = useNow(false)
  const { reportFailure } = useAppActions()
  const remove = useMutation({
    mutationFn: (path: string) => call('recents.remove', { path }),
    onSuccess: () => client.invalidateQueries({ queryKey: recentsQuery.queryKey }),
    onError: reportFailure,
  })

  if (recents.isError) return <ErrorNotice error={recents.error} onRetry={() => void recents.refetch()} />
  if (recents.isPending) {
    return (
      <section aria-label="Recent images" className={styles.pending}>
        <SkeletonRows rows={3} height={18} gap={20} />
      </section>
    )
  }
  if (recents.data.length === 0) return null

  return (
    <section aria-labelledby="recents-title">
      <h2 id="recents-title" className={styles.title}>
        Recent images
      </h2>
      <div className={`card ${styles.table}`}>
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">System</th>
              <th scope="col">Ignition</th>
              <th scope="col">Format</th>
              <th scope="col" data-number>
                Virtual
              </th>
              <th scope="col" data-number>
                On disk
              </th>
              <th scope="col">State</th>
              <th scope="col">
                <span className={styles.hidden}>Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {recents.data.map((image) => (
              <RecentRow key={image.path} image={image} now={now} onRemove={() => remove.mutate(image.path)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

interface RecentRowProps {
  readonly image: RecentImage
  readonly now: number
  readonly onRemove: () => void
}

function RecentRow({ image, now, onRemove }: RecentRowProps) {
  const { openImages } = useAppActions()
  const edits = useEdits(image.path).length
  const { folder, name } = splitPath(image.path)
  const visibleName = visibleText(name)
  const state: { tone: Tone; words: string } | null = edits > 0 ? { tone: 'amber', words: count(edits, 'staged edit') } : null
  return (
    <tr data-missing={!image.exists || undefined}>
      <th scope="row">
        <button type="button" className={styles.open} disabled={!image.exists} onClick={() => openImages([image.path])} title={image.path}>
          <span className="truncate">{visibleName}</span>
        </button>
        <span className={`mono truncate ${styles.folder}`} title={visibleText(folder)}>
          {visibleText(folder)}
        </span>
      </th>
      <td className={styles.system}>
        <div className="truncate">
          {image.osName === null ? <span className="faint">unknown system</span> : <GuestText text={image.osName} />}
        </div>
      </td>
      <td>
        {image.ignitionPlatform === null ? <span className="faint">none</span> : <GuestText text={image.ignitionPlatform} limit={20} />}
      </td>
      <td>{isImageFormat(image.format) ? imageFormat(image.format).label : image.format}</td>
      <td data-number>{formatBytes(image.virtualBytes)}</td>
      <td data-number>{formatBytes(image.onDiskBytes)}</td>
      <td>
        {!image.exists ? (
          <Badge tone="red" icon={<FileX2 size={12} aria-hidden />}>
            file is gone
          </Badge>
        ) : state !== null ? (
          <Badge tone={state.tone}>{state.words}</Badge>
        ) : (
          <span className={`dim ${styles.ago}`}>opened {formatAgo(image.openedAt, now)}</span>
        )}
      </td>
      <td className={styles.remove}>
        <Tooltip label="Remove from this list; the file stays">
          <ActionIcon aria-label={`Remove ${visibleName} from recent images`} onClick={onRemove}>
            <X size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </td>
    </tr>
  )
}
