import { useDebouncedValue } from '@mantine/hooks'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { BootReport } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import type { EditPreview } from '#shared/edits/edit-preview'
import { bootQuery, editsQuery } from '../../api/queries.js'
import { useEdits } from '../edits/edit-store.js'

/** How an image boots: as it is, and as the staged edits leave it. */
export interface BootView {
  readonly path: string
  readonly before: BootReport
  /** Of the list that was staged before, for the moment that it takes to look at a new one. */
  readonly after: BootReport
  readonly edits: readonly Edit[]
  /** What each edit came to; empty while that is worked out. */
  readonly outcomes: EditPreview['edits']
}

/** Typing in the text box stages with every key; the line itself shows at once what it becomes. */
const SETTLED_MS = 120

export function useBoot(path: string) {
  const boot = useQuery(bootQuery(path))
  const edits = useEdits(path)
  const settled = useDebouncedValue(edits, SETTLED_MS)[0]
  const isKnown = useQueryClient().getQueryData(editsQuery(path, edits).queryKey) !== undefined
  const preview = useQuery({
    ...editsQuery(path, isKnown ? edits : settled),
    enabled: edits.length > 0,
    placeholderData: (known, query) => (query?.queryKey[1] === path ? known : undefined),
  })
  const shown = edits.length > 0 ? preview.data : undefined
  const view: BootView | undefined = boot.data && {
    path,
    before: boot.data,
    after: shown?.boot ?? boot.data,
    edits,
    outcomes: shown === undefined || preview.isPlaceholderData || (!isKnown && settled !== edits) ? [] : shown.edits,
  }
  const failed = boot.isError ? boot : preview
  return {
    view,
    isPending: boot.isPending,
    /** What keeps the image, or the staged edits, from being looked at. */
    error: boot.error ?? (edits.length > 0 ? preview.error : null),
    retry: () => void failed.refetch(),
  }
}
