import type { QueryClient } from '@tanstack/react-query'
import type { Edit } from '#shared/edits/edit'
import { AppError } from '#shared/errors/app-error'
import { editsQuery } from '../../api/queries.js'
import { useEditStore } from './edit-store.js'

/**
 * Stages a list that was made of the staged one, when each of its last `added` edits fits the image. Throws why one does not, and then
 * stages nothing. Returns what there is to know about them.
 */
export async function stageChecked(queryClient: QueryClient, path: string, edits: readonly Edit[], added: number): Promise<string[]> {
  if (edits.length === 0) {
    useEditStore.getState().stage(path, edits)
    return []
  }
  const preview = await queryClient.fetchQuery(editsQuery(path, edits))
  const last = preview.edits.slice(edits.length - added)
  const problem = last.find((edit) => edit.problem !== null)?.problem
  if (problem) throw AppError.fromData(problem)
  useEditStore.getState().stage(path, edits)
  return last.flatMap((edit) => edit.notes)
}
