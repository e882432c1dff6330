import { Button, SegmentedControl, Skeleton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FileSearch } from 'lucide-react'
import { useState } from 'react'
import type { BootEntry } from '#shared/boot/boot-entry'
import { bootQuery } from '../../api/queries.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import styles from './boot-tab.module.css'
import { BootEntries } from './boot-entries.js'

interface BootTabProps {
  readonly path: string
  /** What a partition is called, for paths: `boot`. */
  readonly partitionLabel: (partition: number) => string
  readonly onShowFiles: () => void
}

/** How the image boots, and the one place to change that. */
export function BootTab({ path, partitionLabel, onShowFiles }: BootTabProps) {
  const boot = useQuery(bootQuery(path))
  const [selected, setSelected] = useState<string | null>(null)
  const [scope, setScope] = useState<'one' | 'all'>('one')

  if (boot.isPending) return <BootSkeleton />
  if (boot.isError) return <ErrorNotice error={boot.error} onRetry={() => void boot.refetch()} />
  const { entries, searched } = boot.data
  const current = entries.find((entry) => entry.id === selected) ?? entries.find((entry) => entry.isDefault) ?? entries[0]
  if (current === undefined) return <NoEntries searched={searched} onShowFiles={onShowFiles} />

  return (
    <>
      {entries.length > 1 && <ScopeSwitch entries={entries} scope={scope} onScope={setScope} />}
      <BootEntries
        path={path}
        entries={entries}
        current={current}
        scope={entries.length > 1 ? scope : 'one'}
        partitionLabel={partitionLabel}
        onSelect={setSelected}
      />
    </>
  )
}

interface ScopeSwitchProps {
  readonly entries: readonly BootEntry[]
  readonly scope: 'one' | 'all'
  readonly onScope: (scope: 'one' | 'all') => void
}

function ScopeSwitch({ entries, scope, onScope }: ScopeSwitchProps) {
  return (
    <div className={styles.scope}>
      <span className="dim">Changes apply to</span>
      <SegmentedControl
        size="xs"
        aria-label="Changes apply to"
        value={scope}
        onChange={(value) => onScope(value === 'all' ? 'all' : 'one')}
        data={[
          { value: 'one', label: 'This entry' },
          { value: 'all', label: `All ${entries.length} entries` },
        ]}
      />
    </div>
  )
}

function NoEntries({ searched, onShowFiles }: { readonly searched: readonly string[]; readonly onShowFiles: () => void }) {
  return (
    <div className="card">
      <EmptyState icon={FileSearch} title="No boot entries found" actions={<Button onClick={onShowFiles}>Look at its files</Button>}>
        <p>Diskwright reads boot loader specification entries (loader/entries/*.conf). None of the file systems of this image holds one.</p>
        {searched.length > 0 && <p className={`mono ${styles.searched}`}>{searched.map(visibleText).join('   ')}</p>}
      </EmptyState>
    </div>
  )
}

function BootSkeleton() {
  return (
    <div className={styles.columns} role="status" aria-label="Reading boot entries">
      <div className={`card ${styles.skeleton}`}>
        <Skeleton height={20} width={280} mb={16} radius="sm" />
        <SkeletonRows rows={5} height={26} gap={17} />
      </div>
      <div className={`card ${styles.skeleton}`}>
        <Skeleton height={20} width={150} mb={16} radius="sm" />
        <Skeleton height={120} radius="sm" />
      </div>
    </div>
  )
}
