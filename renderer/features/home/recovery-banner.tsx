import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Eraser, LifeBuoy } from 'lucide-react'
import type { Leftover } from '#shared/jobs/job'
import { formatBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { recoveryQuery } from '../../api/queries.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './recovery-banner.module.css'

const KINDS: Readonly<Record<Leftover['kind'], string>> = {
  'part-file': 'Unfinished file',
  folder: 'Work folder',
  mount: 'Mount',
  process: 'Process',
  backup: 'Backup of an original',
  'nbd-device': 'Attached disk (asks for a password)',
  'loop-device': 'Disk that is still attached',
  container: 'Container of podman',
  'container-image': 'Container image that was pulled',
  'container-layers': 'Layers of a container image that did not arrive whole',
}

/** What a crash left behind, by name, and the one button that removes it. */
export function RecoveryBanner() {
  const recovery = useQuery(recoveryQuery)
  const client = useQueryClient()
  const clean = useMutation({
    mutationFn: () => call('recovery.clean'),
    onSuccess: (left) => client.setQueryData(recoveryQuery.queryKey, left),
  })
  const leftovers = recovery.data ?? []
  if (leftovers.length === 0) return null

  return (
    <section className={styles.banner} aria-label="Clean up after an interrupted job">
      <LifeBuoy size={18} className={styles.icon} aria-hidden />
      <div className={styles.words}>
        <h2>Diskwright was interrupted</h2>
        <p className="dim">These remain of jobs that did not end. Your original images are as they were.</p>
        <ul className={styles.list}>
          {leftovers.map((leftover) => (
            <li key={`${leftover.kind}${leftover.what}`}>
              <span className={styles.kind}>{KINDS[leftover.kind]}</span>
              <span className={`mono ${styles.what}`}>{visibleText(leftover.what)}</span>
              <span className="dim">{leftover.bytes === null ? '' : formatBytes(leftover.bytes)}</span>
            </li>
          ))}
        </ul>
        {clean.isSuccess && <p className={styles.left}>These could not be removed. They may be in use.</p>}
        {clean.isError && <ErrorNotice error={clean.error} onRetry={() => clean.mutate()} />}
      </div>
      <Button leftSection={<Eraser size={15} aria-hidden />} disabled={clean.isPending} onClick={() => clean.mutate()}>
        {clean.isPending ? 'Cleaning up' : 'Clean up'}
      </Button>
    </section>
  )
}
