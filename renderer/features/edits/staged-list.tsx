import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { ArrowDown, ArrowUp, MonitorPlay, Save, X } from 'lucide-react'
import { describeError } from '#shared/errors/describe-error'
import type { EditPreview } from '#shared/edits/edit-preview'
import { useAppActions } from '../../components/app-actions.js'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { mayTrade } from './depends.js'
import { useEditStore } from './edit-store.js'
import { RecipeMenu } from './recipe-menu.js'
import styles from './staged-list.module.css'
import { UndoRedo } from './undo-redo.js'

interface StagedListProps {
  readonly path: string
  readonly preview: EditPreview
  readonly canSave: boolean
}

/** The staged edits in their order, and the ways to keep them. */
export function StagedList({ path, preview, canSave }: StagedListProps) {
  const { stage } = useEditStore.getState()
  const { bootTest, save } = useAppActions()
  const { edits } = preview
  return (
    <section className={`card ${styles.staged}`} aria-label="Staged edits">
      <header className={styles.header}>
        <h2>{count(edits.length, 'staged edit')}</h2>
        <span className={styles.tools}>
          <UndoRedo path={path} />
          <RecipeMenu path={path} canExport={canSave} />
        </span>
      </header>
      <ol className={styles.list}>
        {edits.map((edit, index) => (
          // Equal edits can stand twice; their place tells them apart
          <StagedEdit key={index} path={path} preview={preview} edit={edit} index={index} />
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
        <Button fullWidth disabled={!canSave} leftSection={<MonitorPlay size={16} aria-hidden />} onClick={() => bootTest(path)}>
          Boot test with these edits…
        </Button>
        <Button variant="subtle" fullWidth onClick={() => stage(path, [])}>
          Discard all
        </Button>
        <p className="caption">Nothing is written until you save.</p>
      </footer>
    </section>
  )
}

interface StagedEditProps {
  readonly path: string
  readonly preview: EditPreview
  readonly edit: EditPreview['edits'][number]
  readonly index: number
}

function StagedEdit({ path, preview, edit, index }: StagedEditProps) {
  const { move, remove } = useEditStore.getState()
  const last = index === preview.edits.length - 1
  const canUp = index > 0 && mayTrade(preview.changes, index - 1, index)
  const canDown = !last && mayTrade(preview.changes, index, index + 1)
  return (
    <li className={styles.edit}>
      <span className={styles.number}>{index + 1}</span>
      <div className={styles.words}>
        <p>{visibleText(edit.title)}</p>
        {edit.problem !== null && (
          <p className={styles.problem}>
            {visibleText(describeError(edit.problem).title)}. {visibleText(describeError(edit.problem).detail)}
          </p>
        )}
        {edit.notes.map((note) => (
          <p key={note} className="caption">
            {visibleText(note)}
          </p>
        ))}
      </div>
      <span className={styles.actions}>
        {preview.edits.length > 1 && (
          <>
            <Tooltip label={canUp || index === 0 ? 'Earlier' : 'The edit before it changes the same file: their order counts'}>
              <ActionIcon
                size="sm"
                aria-label={`Move edit ${index + 1} up`}
                {...(canUp ? {} : { 'data-disabled': true })}
                onClick={() => canUp && move(path, index, index - 1)}
              >
                <ArrowUp size={13} aria-hidden />
              </ActionIcon>
            </Tooltip>
            <Tooltip label={canDown || last ? 'Later' : 'The edit after it changes the same file: their order counts'}>
              <ActionIcon
                size="sm"
                aria-label={`Move edit ${index + 1} down`}
                {...(canDown ? {} : { 'data-disabled': true })}
                onClick={() => canDown && move(path, index, index + 1)}
              >
                <ArrowDown size={13} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </>
        )}
        <Tooltip label="Undo this edit">
          <ActionIcon size="sm" aria-label={`Undo edit ${index + 1}`} onClick={() => remove(path, index)}>
            <X size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </span>
    </li>
  )
}
