import { Button } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, Container, PackageOpen, RefreshCw, Sparkles } from 'lucide-react'
import { platformText } from '#shared/containers/platform-match'
import type { NewerReport } from '#shared/containers/container-report'
import { parseReference, shortReference } from '#shared/containers/reference'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { Badge, type Tone } from '../../components/badge.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { GuestText } from '../../components/guest-text.js'
import { originQuery } from './container-queries.js'
import { createdWords, shortDigest } from './container-words.js'
import { accessOf, useContainersStore } from './containers-store.js'
import styles from './origin-line.module.css'

/** Where an image was taken from, while its file is what was taken; and whether there is a newer one there. */
export function OriginLine({ path }: { readonly path: string }) {
  const { data: origin } = useQuery(originQuery(path))
  const { openContainer } = useAppActions()
  const check = useMutation({
    mutationFn: (reference: string) =>
      call('containers.checkNewer', { file: path, access: accessOf(reference, useContainersStore.getState().plainHosts) }),
  })
  if (!origin) return null
  const ask = () => check.mutate(origin.reference)
  return (
    <section className={styles.origin} aria-label="Where it was taken from">
      <div className={styles.line}>
        <Container size={15} className={styles.icon} aria-hidden />
        <p className={styles.words}>
          Taken from <GuestText text={shortReference(parseReference(origin.reference))} className="mono" limit={70} />
          {origin.platform !== null && ` (${platformText(origin.platform)})`}
          <span className="dim">
            {' '}
            · <GuestText text={origin.path} limit={48} /> · <span className={styles.whole}>{createdWords(origin.takenAt)}</span> ·{' '}
            <span className="mono">{shortDigest(origin.digest)}</span>
          </span>
        </p>
        {check.data !== undefined && <Verdict report={check.data} />}
        {check.data?.state === 'newer' && (
          <Button size="xs" leftSection={<PackageOpen size={14} aria-hidden />} onClick={() => openContainer(origin.reference)}>
            Take out again…
          </Button>
        )}
        <Button size="xs" leftSection={<RefreshCw size={14} aria-hidden />} loading={check.isPending} onClick={ask}>
          Check for a newer one
        </Button>
      </div>
      {check.isError && <ErrorNotice error={check.error} onRetry={ask} />}
    </section>
  )
}

const VERDICTS: Readonly<Record<NewerReport['state'], { readonly tone: Tone; readonly words: string; readonly icon: typeof CircleCheck }>> =
  {
    same: { tone: 'green', words: 'still the same', icon: CircleCheck },
    newer: { tone: 'amber', words: 'there is a newer one', icon: Sparkles },
    gone: { tone: 'red', words: 'no longer there', icon: CircleX },
  }

function Verdict({ report }: { readonly report: NewerReport }) {
  const { tone, words, icon: Icon } = VERDICTS[report.state]
  const made = report.state === 'newer' ? createdWords(report.createdAt) : null
  return (
    <span role="status">
      <Badge tone={tone} icon={<Icon size={12} aria-hidden />} title={report.digest ?? undefined}>
        {made === null ? words : `${words}, made ${made}`}
      </Badge>
    </span>
  )
}
