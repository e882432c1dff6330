import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { BootEntry, BootNote } from '#shared/boot/boot-entry'
import { useAppActions } from '../../components/app-actions.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { stageChecked } from '../edits/stage-checked.js'

const TONES = { error: 'red', warning: 'amber', info: 'neutral' } as const

const FIX_WORDS: Partial<Readonly<Record<BootNote['code'], string>>> = { 'lost-on-update': 'Make it stick' }

/** Notes of this entry: those that name it, and those of a place that it takes arguments from. */
export function notesOf(notes: readonly BootNote[], entry: BootEntry): BootNote[] {
  const places = new Set(entry.sources.filter((source) => source.shared).map((source) => source.file))
  return notes.filter(
    (note) => note.entry === entry.id || (note.entry === null && note.code === 'shared-arguments' && places.has(note.file ?? '')),
  )
}

/** Notes that belong to no entry that can be opened. */
export function otherNotes(notes: readonly BootNote[], entries: readonly BootEntry[]): BootNote[] {
  const ids = new Set(entries.map(({ id }) => id))
  return notes.filter((note) => note.code !== 'shared-arguments' && (note.entry === null || !ids.has(note.entry)))
}

/** What is overruled, shared, or would be lost, each with what mends it. */
export function BootNotes({ path, notes }: { readonly path: string; readonly notes: readonly BootNote[] }) {
  const queryClient = useQueryClient()
  const { reportFailure } = useAppActions()
  const stage = (note: BootNote) => {
    const edits = useEditStore.getState().byPath[path]?.present ?? []
    stageChecked(queryClient, path, [...edits, ...note.fix], note.fix.length).catch(reportFailure)
  }
  return notes.map((note, index) => (
    <Note
      key={`${note.code}${note.file ?? ''}${note.entry ?? ''}${index}`}
      tone={TONES[note.severity]}
      actions={
        note.fix.length > 0 && (
          <Button size="xs" onClick={() => stage(note)}>
            {FIX_WORDS[note.code] ?? 'Fix'}
          </Button>
        )
      }
    >
      <p>{visibleText(note.text)}</p>
    </Note>
  ))
}
