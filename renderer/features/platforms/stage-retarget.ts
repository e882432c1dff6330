import type { QueryClient } from '@tanstack/react-query'
import type { Edit } from '#shared/edits/edit'
import type { RetargetEdit } from '#shared/edits/retarget-edit'
import { editsQuery } from '../../api/queries.js'
import { useEditStore } from '../edits/edit-store.js'

export function stagedRetarget(edits: readonly Edit[]): RetargetEdit | undefined {
  return edits.findLast((edit) => edit.kind === 'retarget')
}

export function withoutRetarget(edits: readonly Edit[]): Edit[] {
  return edits.filter((edit) => edit.kind !== 'retarget')
}

/** The list with this retarget in the place of the one that is staged, or at the end. There is never more than one. */
export function replacedRetarget(edits: readonly Edit[], retarget: RetargetEdit): Edit[] {
  const others = withoutRetarget(edits)
  const found = edits.findIndex((edit) => edit.kind === 'retarget')
  const at = found < 0 ? others.length : edits.slice(0, found).filter((edit) => edit.kind !== 'retarget').length
  return others.toSpliced(at, 0, retarget)
}

/**
 * Stages a retarget. Edits that were made on top of the one that it replaces may not fit what it leaves; then it goes behind them, when
 * that fits.
 */
export async function stageRetarget(queryClient: QueryClient, path: string, retarget: RetargetEdit): Promise<void> {
  const { byPath, stage } = useEditStore.getState()
  const edits = byPath[path]?.present ?? []
  const inPlace = replacedRetarget(edits, retarget)
  const behind = [...withoutRetarget(edits), retarget]
  const fits = async (list: Edit[]) => {
    const preview = await queryClient.fetchQuery(editsQuery(path, list))
    return preview.edits.every(({ problem }) => problem === null)
  }
  const moves = JSON.stringify(inPlace) !== JSON.stringify(behind)
  stage(path, moves && !(await fits(inPlace)) && (await fits(behind)) ? behind : inPlace)
}
