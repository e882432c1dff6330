import { NumberInput, Select, Switch } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { memo, useState } from 'react'
import type { BootEntry, BootReport } from '#shared/boot/boot-entry'
import type { Edit } from '#shared/edits/edit'
import { useAppActions } from '../../components/app-actions.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { stageChecked } from '../edits/stage-checked.js'
import styles from './boot-menu-card.module.css'
import { saidBy } from './default-said.js'
import { pathOf } from './entry-rows.js'
import { GrubConsole } from './grub-console.js'

interface BootMenuCardProps {
  readonly path: string
  /** As the staged edits leave it. */
  readonly report: BootReport
}

/** Which entry boots by itself and how long the menu waits, and which file says so. */
export const BootMenuCard = memo(function BootMenuCard({ path, report }: BootMenuCardProps) {
  const queryClient = useQueryClient()
  const { reportFailure } = useAppActions()
  const { entries, settings } = report
  const current = entries.find(({ isDefault }) => isDefault) ?? null
  const said = current === null ? null : saidBy(current, report)
  const choices = entries.filter((entry) => entry.enabled)
  const titles = new Map<string, number>()
  for (const { title } of choices) titles.set(title, (titles.get(title) ?? 0) + 1)
  const waits = settings.find((one) => one.timeoutSeconds !== null) ?? settings[0]
  const tryStage = (edit: Edit) => {
    // Only the last word counts: an earlier one of the same kind is taken out.
    const others = (useEditStore.getState().byPath[path]?.present ?? []).filter((other) => other.kind !== edit.kind)
    return stageChecked(queryClient, path, [...others, edit], 1)
  }
  const stage = (edit: Edit) => tryStage(edit).catch(reportFailure)
  if (entries.length === 0) return null
  return (
    <section className={`card ${styles.card}`} aria-label="Boot menu">
      <h2>Boot menu</h2>
      <div className={styles.row}>
        <Select
          label="Boots by default"
          value={current?.id ?? null}
          placeholder="nothing"
          data={choices.map((entry) => ({ value: entry.id, label: menuLabel(entry, (titles.get(entry.title) ?? 0) > 1) }))}
          searchable={choices.length > 8}
          onChange={(id) => id !== null && id !== current?.id && void stage({ kind: 'boot-default', entry: id })}
        />
        {said !== null && (
          <p className="caption">
            {visibleText(said.reason)}
            {said.file !== null && (
              <>
                {' in '}
                <span className="mono">{visibleText(pathOf(said.file))}</span>
              </>
            )}
          </p>
        )}
      </div>
      {waits !== undefined && (
        <Timeout
          key={waits.timeoutSeconds}
          seconds={waits.timeoutSeconds}
          file={waits.file}
          onSeconds={(seconds) => void stage({ kind: 'boot-timeout', seconds })}
        />
      )}
      <GrubConsole files={report.files} onStage={tryStage} />
    </section>
  )
})

/** Equal titles are told apart by what else there is. */
function menuLabel(entry: BootEntry, hasTwins: boolean): string {
  return visibleText(hasTwins ? `${entry.title}, ${entry.version ?? entry.path}` : entry.title || entry.path)
}

interface TimeoutProps {
  readonly seconds: number | null
  readonly file: string
  readonly onSeconds: (seconds: number) => void
}

function Timeout({ seconds, file, onSeconds }: TimeoutProps) {
  const [typed, setTyped] = useState<number | null>(seconds === null || seconds < 0 ? null : seconds)
  const forEver = seconds !== null && seconds < 0
  const apply = () => {
    if (typed !== null && typed !== seconds) onSeconds(typed)
  }
  return (
    <div className={styles.row}>
      <div className={styles.wait}>
        <NumberInput
          label="Menu waits"
          suffix=" s"
          min={0}
          max={86_400}
          allowDecimal={false}
          allowNegative={false}
          value={typed ?? ''}
          placeholder={forEver ? 'for ever' : 'as it likes'}
          disabled={forEver}
          onChange={(value) => setTyped(value === '' ? null : Math.min(86_400, Math.max(0, Number(value))))}
          onBlur={apply}
          onKeyDown={(event) => event.key === 'Enter' && apply()}
        />
        <Switch checked={forEver} label="for ever" onChange={(event) => onSeconds(event.currentTarget.checked ? -1 : 5)} />
      </div>
      <p className="caption">
        Said in <GuestText text={pathOf(file)} className="mono" />
      </p>
    </div>
  )
}
