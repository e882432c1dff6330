import { UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX, Clock } from 'lucide-react'
import type { ImageInfo } from '#shared/images/image-info'
import { jobsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { Badge } from '../../components/badge.js'
import { useNow } from '../../components/use-now.js'
import { useEdits } from '../edits/edit-store.js'
import { useBootTestStore } from './boot-test-store.js'
import { badgeWords, VERDICT_TONES } from './boot-test-words.js'
import { lastVerdict } from './boot-tests.js'

const ICONS = { pass: CircleCheck, fail: CircleX, timeout: Clock } as const

/** The last verdict about this file with these edits; nothing where there is none. It leads to the test. */
export function BootBadge({ info }: { readonly info: ImageInfo }) {
  const { data: jobs = [] } = useQuery(jobsQuery)
  const edits = useEdits(info.path)
  const { showBootTest } = useAppActions()
  const now = useNow(false)
  const started = useBootTestStore((store) => store.started)
  const last = lastVerdict(jobs, info, edits, started)
  if (last === null) return null
  const { verdict, reason } = last.report
  const Icon = ICONS[verdict]
  const words = badgeWords(verdict, last.job.endedAt ?? last.job.createdAt, now)
  return (
    <UnstyledButton mt={5} onClick={() => showBootTest(info.path, last.job.id)}>
      <Badge tone={VERDICT_TONES[verdict]} icon={<Icon size={13} aria-hidden />} title={reason}>
        {words}
        {last.isVaried && ', with changes for the test alone'}
      </Badge>
    </UnstyledButton>
  )
}
