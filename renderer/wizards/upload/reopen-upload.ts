import type { CallOutput } from '#shared/contract'
import { providerForm } from '#shared/clouds/forms'
import type { Edit } from '#shared/edits/edit'
import type { PlatformId } from '#shared/platforms/platform'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { useEditStore } from '../../features/edits/edit-store.js'

/** What was staged on the image, and whether it was made fit for the platform on its way: both make the same edits again. */
export function splitEdits(
  edits: readonly Edit[],
  platform: PlatformId | null,
): { readonly staged: readonly Edit[]; readonly retarget: boolean } {
  const last = edits.at(-1)
  const retarget = last?.kind === 'retarget' && last.platform === platform
  return { staged: retarget ? edits.slice(0, -1) : edits, retarget }
}

/** Opens an upload that broke off in the form, with all that it was asked for. Edits that are staged now are one undo away. */
export function reopenUpload(review: CallOutput<'clouds.reviewUpload'>): void {
  const { provider, facts, edits } = review.input
  const { staged, retarget } = splitEdits(edits, providerForm(provider).platform)
  const { byPath, stage } = useEditStore.getState()
  if (staged.length > 0 || byPath[facts.path] !== undefined) stage(facts.path, staged)
  useShipStore.getState().reopen(review, retarget)
}
