import { Button, Skeleton } from '@mantine/core'
import { FileSearch, ListX } from 'lucide-react'
import type { BootReport } from '#shared/boot/boot-entry'
import { describeError } from '#shared/errors/describe-error'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { TargetPanel } from '../platforms/target-panel.js'
import { BootFiles } from './boot-files.js'
import { BootMenuCard } from './boot-menu-card.js'
import { BootNotes, otherNotes } from './boot-notes.js'
import styles from './boot-tab.module.css'
import { EntryList } from './entry-list.js'
import { type BootView, useBoot } from './use-boot.js'

interface BootTabProps {
  readonly path: string
  /** What a partition is called, for paths: `boot`. */
  readonly partitionLabel: (partition: number) => string
  readonly onShowFiles: () => void
}

/** How the image boots, and the one place to change that. */
export function BootTab({ path, partitionLabel, onShowFiles }: BootTabProps) {
  const { view, isPending, error, retry } = useBoot(path)
  const { showTab } = useAppActions()
  if (isPending) return <BootSkeleton />
  if (view === undefined) return <ErrorNotice error={error} onRetry={retry} />
  const { before, after } = view
  const nothing = before.entries.length === 0 && after.entries.length === 0
  return (
    <div className={styles.columns}>
      <div className={styles.list}>
        {error !== null && (
          <>
            <ErrorNotice error={error} onRetry={retry} />
            <div>
              <Button onClick={() => showTab(path, 'edits')}>Show the staged edits</Button>
            </div>
          </>
        )}
        <Unfitting view={view} />
        <BootNotes path={path} notes={otherNotes(after.notes, after.entries)} />
        {nothing ? <NoEntries report={before} onShowFiles={onShowFiles} /> : <EntryList view={view} partitionLabel={partitionLabel} />}
        <BootFiles report={after} partitionLabel={partitionLabel} openAtFirst={nothing} />
      </div>
      <aside className={styles.aside} aria-label="Platform and boot menu">
        <TargetPanel path={path} edits={view.edits} />
        <BootMenuCard path={path} report={after} />
      </aside>
    </div>
  )
}

/** Edits that do not fit what the others leave: each can be taken out where it is told. */
function Unfitting({ view }: { readonly view: BootView }) {
  const { showTab } = useAppActions()
  const { remove } = useEditStore.getState()
  return view.outcomes.map((outcome, index) => {
    if (outcome.problem === null) return null
    const words = describeError(outcome.problem)
    return (
      <Note
        // An edit has no other name than its place
        key={index}
        tone="red"
        title={`${visibleText(outcome.title)}: it does not fit`}
        actions={
          <>
            <Button size="xs" onClick={() => showTab(view.path, 'edits')}>
              Show edits
            </Button>
            <Button size="xs" onClick={() => remove(view.path, index)}>
              Undo it
            </Button>
          </>
        }
      >
        <p>{visibleText([words.detail, words.next].filter((part) => part !== '').join(' '))}</p>
      </Note>
    )
  })
}

function NoEntries({ report, onShowFiles }: { readonly report: BootReport; readonly onShowFiles: () => void }) {
  const settingsOnly = report.files.length > 0
  return (
    <div className="card">
      <EmptyState
        icon={settingsOnly ? ListX : FileSearch}
        title="No boot entries found"
        actions={<Button onClick={onShowFiles}>Look at its files</Button>}
      >
        <p>
          Looked for: entries of the boot loader specification, menus of GRUB, extlinux, syslinux and ISOLINUX, and unified kernel images.{' '}
          {settingsOnly
            ? 'There are boot files, listed below, but none of them names a kernel.'
            : 'The image may boot from a boot sector, from another EFI program, or from a file system that cannot be read here, such as an encrypted one; or the host hands it a kernel.'}
        </p>
        {report.searched.length > 0 && (
          <details className={styles.searched}>
            <summary>{report.searched.length} places were looked at</summary>
            <p className="mono">{report.searched.map(visibleText).join('   ')}</p>
          </details>
        )}
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
