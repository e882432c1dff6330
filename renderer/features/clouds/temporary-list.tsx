import { Button } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CircleCheck, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Remote } from '#shared/clouds/upload-plan'
import { call } from '../../api/client.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { openUploadsQuery } from './cloud-queries.js'
import styles from './temporary-list.module.css'

interface TemporaryListProps {
  readonly upload: string
  readonly remotes: readonly Remote[]
}

/** What an upload left at the provider, each with the button that deletes it. */
export function TemporaryList({ upload, remotes }: TemporaryListProps) {
  return (
    <ul className={styles.list} aria-label="Left at the provider">
      {remotes.map((remote) => (
        <Row key={`${remote.kind}${remote.id}`} upload={upload} remote={remote} />
      ))}
    </ul>
  )
}

function Row({ upload, remote }: { readonly upload: string; readonly remote: Remote }) {
  const client = useQueryClient()
  const [isGone, setGone] = useState(false)
  const remove = useMutation({
    mutationFn: () => call('clouds.cleanUp', { upload, remote: remote.id }),
    onSuccess: ({ left }) => {
      setGone(left.length === 0)
      void client.invalidateQueries({ queryKey: openUploadsQuery.queryKey })
    },
  })
  const label = visibleText(remote.label)
  const reason = remove.data?.left[0]?.reason
  return (
    <li>
      <div className={styles.row}>
        <span className={styles.label}>{label}</span>
        {isGone ? (
          <span className={styles.gone} role="status">
            <CircleCheck size={14} aria-hidden /> Deleted
          </span>
        ) : (
          <Button
            size="xs"
            leftSection={<Trash2 size={13} aria-hidden />}
            loading={remove.isPending}
            aria-label={`Delete ${label}`}
            onClick={() => remove.mutate()}
          >
            Delete
          </Button>
        )}
      </div>
      {reason !== undefined && (
        <p className={styles.reason} role="alert">
          It could not be deleted: {visibleText(reason)}
        </p>
      )}
      {remove.isError && <ErrorNotice error={remove.error} onRetry={() => remove.mutate()} />}
    </li>
  )
}
