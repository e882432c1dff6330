import { Button } from '@mantine/core'
import type { BootEntry } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import { useAppActions } from '../../components/app-actions.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { type ArgsChange, argsAfter, changesArgsOf, stageArgs, stageChange } from '../edits/stage-args.js'
import { counterpart, insertAt, replaceAt, restored } from './arg-rows.js'
import styles from './boot-tab.module.css'
import { EntryCard } from './entry-card.js'
import { EntryPanel } from './entry-panel.js'

interface BootEntriesProps {
  readonly path: string
  readonly entries: readonly BootEntry[]
  readonly current: BootEntry
  readonly scope: 'one' | 'all'
  readonly partitionLabel: (partition: number) => string
  readonly onSelect: (id: string) => void
}

/** Lists as the staged edits leave them; an error when an edit no longer fits what the image holds. */
function allAfter(entries: readonly BootEntry[], edits: readonly Edit[]): Map<string, string[]> | { error: unknown } {
  try {
    return new Map(entries.map((entry) => [entry.id, argsAfter(entry, edits)]))
  } catch (error) {
    return { error }
  }
}

export function BootEntries({ path, entries, current, scope, partitionLabel, onSelect }: BootEntriesProps) {
  const edits = useEdits(path)
  const stage = useEditStore((store) => store.stage)
  const { showTab, reportFailure } = useAppActions()
  const after = allAfter(entries, edits)

  if (!(after instanceof Map)) {
    return (
      <div className={styles.list}>
        <ErrorNotice error={after.error} />
        <div>
          <Button onClick={() => showTab(path, 'edits')}>Show the staged edits</Button>
        </div>
      </div>
    )
  }

  // A list that could not be applied again must not be staged: it would hide the very chips that could mend it.
  const stageChecked = (next: readonly Edit[], source?: string) => {
    const result = allAfter(entries, next)
    if (result instanceof Map) stage(path, next, source)
    else reportFailure(result.error)
  }
  const wish = (entry: BootEntry, change: ArgsChange) => {
    try {
      stageChecked(stageChange(edits, scope === 'all' ? entries : [entry], change))
    } catch (error) {
      reportFailure(error)
    }
  }
  const own = (entry: BootEntry) => after.get(entry.id) ?? entry.args

  return (
    <div className={styles.columns}>
      <div className={styles.list}>
        {entries.map((entry) => (
          <EntryCard
            key={entry.id}
            entry={entry}
            partitionLabel={partitionLabel(entry.partition)}
            after={own(entry)}
            changes={edits.filter(changesArgsOf(entry.id)).length}
            open={entry.id === current.id}
            single={entries.length === 1}
            onOpen={() => onSelect(entry.id)}
            onReplace={(at, by) =>
              wish(entry, (args) => {
                const place = counterpart(own(entry), at, args)
                return place < 0 ? null : replaceAt(args, place, by)
              })
            }
            onRestore={(at, arg) =>
              wish(entry, (args, one) => (one.id === entry.id ? insertAt(args, at, arg) : restored(one.args, args, arg)))
            }
            onAdd={(added) => wish(entry, (args) => [...args, ...added])}
            onUndoAll={() => stageChecked(stageArgs(edits, entry, entry.args))}
          />
        ))}
      </div>
      <EntryPanel
        entry={current}
        after={own(current)}
        textIsForOne={scope === 'all'}
        onArgs={(args) => stageChecked(stageArgs(edits, current, args), `text:${current.id}`)}
      />
    </div>
  )
}
