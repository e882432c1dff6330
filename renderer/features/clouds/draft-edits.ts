import { type Edit, editSchema } from '#shared/edits/edit'
import { hideSecrets, isWithoutSecrets } from '#shared/edits/secrets'
import { useEditStore } from '../edits/edit-store.js'
import type { Draft } from './draft.js'

/** What is staged on a file, as it may be written down. */
export function stagedOn(path: string): readonly unknown[] {
  return (useEditStore.getState().byPath[path]?.present ?? []).map(hideSecrets)
}

/**
 * Stages again what a draft was left with, unless something was staged on its file since the window opened. The answer says how many edits
 * held secrets and are not there any more.
 */
export function stageAgain({ path, staged }: Pick<Draft, 'path' | 'staged'>): number {
  const { byPath, stage } = useEditStore.getState()
  if (staged.length === 0 || byPath[path] !== undefined) return 0
  const whole: Edit[] = []
  for (const edit of staged) {
    const { data } = editSchema.safeParse(edit)
    if (data !== undefined && !isWithoutSecrets(edit)) whole.push(data)
  }
  stage(path, whole)
  return staged.length - whole.length
}

/** Calls back with each file whose staged edits are others now. */
export function onStaged(tell: (path: string) => void): void {
  useEditStore.subscribe(({ byPath }, before) => {
    const paths = new Set([...Object.keys(byPath), ...Object.keys(before.byPath)])
    for (const path of paths) if (byPath[path]?.present !== before.byPath[path]?.present) tell(path)
  })
}
