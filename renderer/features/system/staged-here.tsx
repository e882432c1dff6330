import { ActionIcon, Tooltip } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { X } from 'lucide-react'
import { describeEdit } from '#shared/edits/describe-edit'
import type { EditKind } from '#shared/edits/edit'
import { describeError } from '#shared/errors/describe-error'
import { editsQuery } from '../../api/queries.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import styles from './system-tab.module.css'

/** What is staged of one topic, with what the image says to it. */
export function StagedHere({ path, kinds }: { readonly path: string; readonly kinds: ReadonlySet<EditKind> }) {
  const edits = useEdits(path)
  const preview = useQuery({ ...editsQuery(path, [...edits]), enabled: edits.length > 0, placeholderData: keepPreviousData })
  const rows = edits.flatMap((edit, index) => (kinds.has(edit.kind) ? [{ edit, index }] : []))
  if (rows.length === 0) return null
  return (
    <section className={styles.staged} aria-label="Staged here">
      <h3>Staged</h3>
      <ul>
        {rows.map(({ edit, index }) => {
          const words = visibleText(describeEdit(edit, []))
          const told = preview.isPlaceholderData ? undefined : preview.data?.edits[index]
          return (
            <li key={index} className={styles.stagedRow}>
              <div className={styles.stagedWords}>
                <p>{words}</p>
                {told?.problem && <p className={styles.problem}>{visibleText(describeError(told.problem).detail)}</p>}
                {told?.notes.map((note) => (
                  <p key={note} className="caption">
                    {visibleText(note)}
                  </p>
                ))}
              </div>
              <Tooltip label="Take it out of the list">
                <ActionIcon size="sm" aria-label={`Remove: ${words}`} onClick={() => useEditStore.getState().remove(path, index)}>
                  <X size={14} aria-hidden />
                </ActionIcon>
              </Tooltip>
            </li>
          )
        })}
      </ul>
    </section>
  )
}
