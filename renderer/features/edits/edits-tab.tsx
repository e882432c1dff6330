import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ListChecks } from 'lucide-react'
import { editsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { RecipeTestCard } from '../boot-test/recipe-test-card.js'
import { Changes } from './change-view.js'
import { useCanRedo, useCanUndo, useEdits, useEditStore } from './edit-store.js'
import styles from './edits-tab.module.css'
import { RecipeMenu } from './recipe-menu.js'
import { StagedList } from './staged-list.js'

/** What is staged, what it makes of each file, and the ways to keep it. */
export function EditsTab({ path, partitionLabel }: { readonly path: string; readonly partitionLabel: (partition: number) => string }) {
  const edits = useEdits(path)
  const preview = useQuery({ ...editsQuery(path, edits), enabled: edits.length > 0, placeholderData: keepPreviousData })
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
  const failed = preview.data.edits.filter((edit) => edit.problem !== null).length
  return (
    <div className={styles.columns}>
      <StagedList path={path} preview={preview.data} canSave={failed === 0 && changes.length > 0} />
      <div className={styles.changes}>
        <RecipeTestCard path={path} />
        {failed > 0 && (
          <Note tone="red" title={failed === 1 ? 'One edit does not fit the image' : `${failed} edits do not fit the image`}>
            <p>Undo it in the list, where it says why. Then the rest can be saved.</p>
          </Note>
        )}
        {changes.length === 0 && failed === 0 && (
          <Note tone="amber" title="The edits change nothing">
            <p>The image is already what they would make of it.</p>
          </Note>
        )}
        <Changes changes={changes} partitionLabel={partitionLabel} />
      </div>
    </div>
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
            <RecipeMenu path={path} canExport={false} />
          </>
        }
      >
        <p>Changes are collected here first. You see what each file becomes before anything is written.</p>
      </EmptyState>
    </div>
  )
}
