import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ListChecks, Redo2, Save, Undo2, X } from 'lucide-react'
import { lazy, Suspense } from 'react'
import type { EditPreview } from '#shared/edits/edit-preview'
import { AppError } from '#shared/errors/app-error'
import { editsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { useCanRedo, useCanUndo, useEdits, useEditStore } from './edit-store.js'
import styles from './edits-tab.module.css'

const FileDiff = lazy(() => import('./file-diff.js').then(({ FileDiff: component }) => ({ default: component })))

/** What is staged, what it makes of each file, and the two ways to keep it. */
export function EditsTab({ path, partitionLabel }: { readonly path: string; readonly partitionLabel: (partition: number) => string }) {
  const edits = useEdits(path)
  const preview = useQuery({ ...editsQuery(path, [...edits]), enabled: edits.length > 0, placeholderData: keepPreviousData })
  const { showTab } = useAppActions()

  if (edits.length === 0) return <NothingStaged path={path} onBoot={() => showTab(path, 'boot')} />
  if (preview.isPending) {
    return (
      <div className={`card ${styles.pending}`} role="status" aria-label="Working out the changes">
        <SkeletonRows rows={4} />
      </div>
    )
  }
  if (preview.isError) return <ErrorNotice error={preview.error} onRetry={() => void preview.refetch()} />

  const { changes } = preview.data
  const failed = preview.data.edits.find((edit) => edit.problem !== null)?.problem ?? null
  return (
    <div className={styles.columns}>
      <StagedList path={path} edits={preview.data.edits} canSave={failed === null && changes.length > 0} />
      <div className={styles.files}>
        {failed !== null && <ErrorNotice error={AppError.fromData(failed)} />}
        {changes
          .flatMap((change) => (change.kind === 'file' ? [change] : []))
          .map((file) => (
            <section key={`${file.partition}${file.path}`} className="card" aria-label={`Changes in ${visibleText(file.path)}`}>
              <header className={styles.fileHeader}>
                <h2 className={`mono selectable ${styles.filePath}`}>
                  <span className="faint">{visibleText(partitionLabel(file.partition))}: </span>
                  {visibleText(file.path)}
                </h2>
                <span className="dim">{count(file.edits.length, 'edit')}</span>
              </header>
              <Suspense
                fallback={
                  <div className={styles.pending}>
                    <SkeletonRows rows={5} height={14} gap={8} />
                  </div>
                }
              >
                <FileDiff before={file.before ?? ''} after={file.after ?? ''} />
              </Suspense>
            </section>
          ))}
      </div>
    </div>
  )
}

interface StagedListProps {
  readonly path: string
  readonly edits: EditPreview['edits']
  readonly canSave: boolean
}

function StagedList({ path, edits, canSave }: StagedListProps) {
  const { stage, remove } = useEditStore.getState()
  const { save } = useAppActions()
  return (
    <section className={`card ${styles.staged}`} aria-label="Staged edits">
      <header className={styles.stagedHeader}>
        <h2>{count(edits.length, 'staged edit')}</h2>
        <UndoRedo path={path} />
      </header>
      <ol className={styles.list}>
        {edits.map((edit, index) => (
          // Equal edits can stand twice; their place tells them apart
          <li key={index} className={styles.edit}>
            <span className={styles.number}>{index + 1}</span>
            <span className={styles.words}>{visibleText(edit.title)}</span>
            <Tooltip label="Undo this edit">
              <ActionIcon aria-label={`Undo edit ${index + 1}`} onClick={() => remove(path, index)}>
                <X size={14} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </li>
        ))}
      </ol>
      <footer className={styles.save}>
        <Button
          variant="filled"
          fullWidth
          disabled={!canSave}
          leftSection={<Save size={16} aria-hidden />}
          onClick={() => save(path, 'new-file')}
        >
          Save as new image…
        </Button>
        <Button fullWidth disabled={!canSave} onClick={() => save(path, 'in-place')}>
          Save in place…
        </Button>
        <Button variant="subtle" fullWidth onClick={() => stage(path, [])}>
          Discard all
        </Button>
        <p className="caption">Nothing is written until you save.</p>
      </footer>
    </section>
  )
}

function UndoRedo({ path }: { readonly path: string }) {
  const { undo, redo } = useEditStore.getState()
  const canUndo = useCanUndo(path)
  const canRedo = useCanRedo(path)
  return (
    <span className={styles.undo}>
      <Tooltip label="Undo, Ctrl Z">
        <ActionIcon aria-label="Undo" disabled={!canUndo} onClick={() => undo(path)}>
          <Undo2 size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo, Ctrl Shift Z">
        <ActionIcon aria-label="Redo" disabled={!canRedo} onClick={() => redo(path)}>
          <Redo2 size={15} aria-hidden />
        </ActionIcon>
      </Tooltip>
    </span>
  )
}

function NothingStaged({ path, onBoot }: { readonly path: string; readonly onBoot: () => void }) {
  const canUndo = useCanUndo(path)
  const canRedo = useCanRedo(path)
  const { undo, redo } = useEditStore.getState()
  return (
    <div className="card">
      <EmptyState
        icon={ListChecks}
        title="Nothing is staged"
        actions={
          <>
            <Button onClick={onBoot}>Change kernel arguments</Button>
            {canUndo && <Button onClick={() => undo(path)}>Undo the last step</Button>}
            {canRedo && <Button onClick={() => redo(path)}>Redo</Button>}
          </>
        }
      >
        <p>Changes are collected here first. You see what each file becomes before anything is written.</p>
      </EmptyState>
    </div>
  )
}
