import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Camera, GitCompare, Layers, type LucideIcon, Minimize2, Wrench } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { DiskReport } from '#shared/images/disk-report'
import type { ImageInfo } from '#shared/images/image-info'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { BackingChain } from './backing-chain.js'
import { DataMap } from './data-map.js'
import { type DiskAction, actionProblem } from './disk-action.js'
import { DiskDialog } from './disk-dialog.js'
import { diskReportQuery } from './disk-queries.js'
import styles from './disk-tab.module.css'
import { SizeTable } from './size-table.js'
import { SnapshotTable } from './snapshot-table.js'

export type StartAction = (action: DiskAction) => void

/** The file that the disk is in: where its data lies, what it takes, its snapshots and backing files, and what can be done with it. */
export function DiskTab({ info }: { readonly info: ImageInfo }) {
  const report = useQuery(diskReportQuery(info.path))
  const [action, setAction] = useState<DiskAction | null>(null)
  if (report.isError) return <ErrorNotice error={report.error} onRetry={() => void report.refetch()} />
  if (report.data === undefined) return <SkeletonRows rows={6} />
  const { data } = report
  return (
    <div className={styles.tab}>
      {data.holders.length > 0 && (
        <Note tone="amber" title="Another program has this image open">
          <p>{visibleText(data.holders.join(', '))}: it cannot be changed or copied here meanwhile.</p>
        </Note>
      )}
      <Part title="Data" icon={Minimize2} actions={<Do report={data} kind="compact" words="Compact…" onStart={setAction} />}>
        <DataMap info={info} />
        <SizeTable info={info} />
      </Part>
      <Part title="Snapshots" icon={Camera} actions={<Do report={data} kind="create" words="New snapshot…" onStart={setAction} />}>
        <SnapshotTable report={data} onStart={setAction} />
      </Part>
      <Part
        title="Backing files"
        icon={Layers}
        actions={
          <>
            <Do report={data} kind="rebase" words="Rebase…" onStart={setAction} />
            <Do report={data} kind="flatten" words="Flatten…" onStart={setAction} />
            <Do report={data} kind="commit" words="Commit…" onStart={setAction} />
          </>
        }
      >
        <BackingChain report={data} />
      </Part>
      <Part title="Check" icon={Wrench} actions={<Do report={data} kind="repair" words="Repair a copy…" onStart={setAction} />}>
        <CheckWords report={data} />
      </Part>
      <Part title="Compare" icon={GitCompare} actions={<Do report={data} kind="compare" words="Compare with…" onStart={setAction} />}>
        <p className="dim">Where another image differs from this one, whatever its format, and in which files.</p>
      </Part>
      {action !== null && (
        <DiskDialog
          key={action.kind}
          info={info}
          report={data}
          action={action}
          onClose={() => {
            setAction(null)
            void report.refetch()
          }}
        />
      )}
    </div>
  )
}

interface PartProps {
  readonly title: string
  readonly icon: LucideIcon
  readonly actions: ReactNode
  readonly children: ReactNode
}

function Part({ title, icon: Icon, actions, children }: PartProps) {
  return (
    <section className={`card ${styles.part}`} aria-label={title}>
      <header className={styles.head}>
        <h2 className={styles.title}>
          <Icon size={15} aria-hidden />
          {title}
        </h2>
        <div className={styles.actions}>{actions}</div>
      </header>
      {children}
    </section>
  )
}

interface DoProps {
  readonly report: DiskReport
  readonly kind: Exclude<DiskAction['kind'], 'apply' | 'delete'>
  readonly words: string
  readonly onStart: StartAction
}

/** What is not for this image says why. */
function Do({ report, kind, words, onStart }: DoProps) {
  const problem = actionProblem(kind, report)
  return (
    <Button size="xs" disabled={problem !== null} title={problem ?? undefined} onClick={() => onStart({ kind })}>
      {words}
    </Button>
  )
}

function CheckWords({ report: { check } }: { readonly report: DiskReport }) {
  const found = [
    ...(check.corruptions > 0 ? [`${check.corruptions} damaged places`] : []),
    ...(check.leaks > 0 ? [`${check.leaks} leaked clusters`] : []),
  ].join(', ')
  switch (check.verdict) {
    case 'clean':
      return <Note tone="green" title="qemu-img check found no errors" />
    case 'unchecked':
      return <p className="dim">This format has no tables of its own that could be checked.</p>
    case 'leaks':
      return (
        <Note tone="amber" title={`qemu-img check: ${found}`}>
          <p>Leaked clusters take space and do no harm.</p>
        </Note>
      )
    case 'corrupt':
      return (
        <Note tone="red" title={`qemu-img check: ${found}`}>
          <p>Do not write to this image. Repair a copy, and look at what is in it.</p>
        </Note>
      )
  }
}
