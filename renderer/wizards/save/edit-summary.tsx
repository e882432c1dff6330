import { useQuery } from '@tanstack/react-query'
import type { Edit } from '#shared/edits/edit'
import { describeEdit } from '#shared/edits/describe-edit'
import { bootQuery } from '../../api/queries.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './edit-summary.module.css'

/** The staged edits in words, as they will be written. */
export function EditSummary({ path, edits }: { readonly path: string; readonly edits: readonly Edit[] }) {
  const boot = useQuery(bootQuery(path))
  const entries = boot.data?.entries ?? []
  return (
    <ol className={styles.list}>
      {edits.map((edit, index) => (
        // Equal edits can stand twice; their place tells them apart
        <li key={index}>{visibleText(describeEdit(edit, entries))}</li>
      ))}
    </ol>
  )
}
