import { Button, Checkbox, SegmentedControl, Tooltip } from '@mantine/core'
import { FolderOutput, HardDrive, SearchX } from 'lucide-react'
import { useState } from 'react'
import type { ContainerIndex, DiskCandidate } from '#shared/containers/container-report'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { FormRow } from '../../components/form-row.js'
import { NamedRadioGroup } from '../../components/named-radio-group.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { CandidateTable } from './candidate-table.js'
import { outputName } from './container-words.js'
import styles from './disk-choice.module.css'
import { type TakenFrom, takeOutProblem, type TakeOutRequest, useTakeOut } from './use-take-out.js'

/** The disks that were found so far, the likeliest chosen, and the ways to take one out. */
export function DiskChoice({ from, index }: { readonly from: TakenFrom; readonly index: ContainerIndex | null }) {
  const [picked, setPicked] = useState<string | null>(null)
  const [unpack, setUnpack] = useState(true)
  const [via, setVia] = useState<TakeOutRequest['via']>('auto')
  const takeOut = useTakeOut(from)
  const candidates = index?.candidates ?? []
  const chosen = candidates.find(({ path }) => path === picked) ?? candidates[0]

  if (chosen === undefined) return <NoDisks index={index} />
  const problem = takeOutProblem(from) ?? needsWords(chosen)
  const start = (opens: boolean) => {
    takeOut.mutate({ path: chosen.path, name: outputName(chosen, unpack), unpack, via, opens })
  }
  const opens = chosen.format !== null
  return (
    <div className={styles.choice}>
      {candidates.length > 1 ? (
        <NamedRadioGroup name="Disk" value={chosen.path} onChange={setPicked}>
          <CandidateTable candidates={candidates} chosen={chosen.path} onChoose={setPicked} />
        </NamedRadioGroup>
      ) : (
        <CandidateTable candidates={candidates} chosen={chosen.path} onChoose={null} />
      )}
      {problem !== null && <p className={styles.problem}>{problem}.</p>}
      {takeOut.isError && <ErrorNotice error={takeOut.error} onRetry={() => takeOut.reset()} />}
      <div className={styles.actions}>
        <Button
          variant="filled"
          leftSection={<HardDrive size={16} aria-hidden />}
          disabled={problem !== null || !opens}
          loading={takeOut.isPending}
          onClick={() => start(true)}
        >
          Take out and open
        </Button>
        <Tooltip label="Writes it to a file and leaves it closed">
          <Button
            leftSection={<FolderOutput size={16} aria-hidden />}
            disabled={problem !== null || takeOut.isPending}
            onClick={() => start(false)}
          >
            Take out…
          </Button>
        </Tooltip>
      </div>
      <details className={styles.more}>
        <summary>How it is taken out</summary>
        <FormRow name="By">
          <SegmentedControl
            size="xs"
            aria-label="By"
            value={via}
            onChange={(value) => setVia(value)}
            data={[
              { value: 'auto', label: 'Automatic' },
              { value: 'stream', label: 'Stream' },
              { value: 'podman', label: 'podman' },
            ]}
          />
          <p className="dim">{VIA_WORDS[via]}</p>
        </FormRow>
        {chosen.compression !== null && (
          <FormRow name="Packed">
            <Checkbox
              mt={6}
              checked={unpack}
              onChange={(event) => setUnpack(event.currentTarget.checked)}
              label={`Unpack it: it is compressed with ${chosen.compression}`}
            />
          </FormRow>
        )}
      </details>
    </div>
  )
}

const VIA_WORDS = {
  auto: 'podman for what is in its storage, a stream for all else.',
  stream: 'Straight from the layer into the file: checked by its digest, and never a second copy on this disk.',
  podman: 'podman pull, create, cp and rm; all of it is removed again. Needs room for the whole image, unpacked.',
} as const

function needsWords({ needs }: DiskCandidate): string | null {
  return needs.length === 0 ? null : `It cannot be used alone: it needs ${needs.map(visibleText).join(', ')}`
}

function NoDisks({ index }: { readonly index: ContainerIndex | null }) {
  if (index === null || index.state === 'reading') {
    return (
      <div className={styles.choice} role="status" aria-label="Looking for disks">
        <p className="dim">Disks show here as soon as they are found.</p>
        <SkeletonRows rows={3} />
      </div>
    )
  }
  return (
    <EmptyState icon={SearchX} title="No disk was found in it">
      <p>
        {index.state === 'done' ? 'All files were looked at by their content, and none is a disk image.' : 'It was not read to its end.'}{' '}
        Any other file can be taken out under Files.
      </p>
    </EmptyState>
  )
}
