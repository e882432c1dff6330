import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Pause, Play } from 'lucide-react'
import type { Job } from '#shared/jobs/job'
import { isActive } from './job-words.js'
import { useQueue } from './use-queue.js'

interface PauseButtonProps {
  readonly jobs: readonly Job[]
  /** What it pauses, for who does not see where it stands. */
  readonly of: string
  /** An icon alone, where there is little room. */
  readonly compact?: boolean
  readonly size?: 'xs' | 'sm'
}

/** Pauses all of the jobs that go on, or lets them go on when all of them are paused. */
export function PauseButton({ jobs, of, compact = false, size = 'xs' }: PauseButtonProps) {
  const { pause, resume } = useQueue()
  const held = jobs.filter((job) => isActive(job) && job.state !== 'cancelling')
  const isPaused = held.length > 0 && held.every((job) => job.paused)
  const word = isPaused ? 'Resume' : 'Pause'
  const Icon = isPaused ? Play : Pause
  const act = () => (isPaused ? resume : pause).mutate(held)
  const isDisabled = held.length === 0 || pause.isPending || resume.isPending
  if (compact) {
    return (
      <Tooltip label={word}>
        <ActionIcon aria-label={`${word} ${of}`} disabled={isDisabled} onClick={act}>
          <Icon size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    )
  }
  return (
    <Button size={size} aria-label={`${word} ${of}`} leftSection={<Icon size={14} aria-hidden />} disabled={isDisabled} onClick={act}>
      {word}
    </Button>
  )
}
