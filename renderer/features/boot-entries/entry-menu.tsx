import { ActionIcon, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { ArrowDown, ArrowUp, Copy, Ellipsis, Eye, EyeOff, Pencil, Plus, Star, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import { useAppActions } from '../../components/app-actions.js'
import { visibleText } from '../../components/visible-text.js'
import { stageChecked } from '../edits/stage-checked.js'
import { EntryDialog, type EntryDialogMode } from './entry-dialog.js'
import type { EntryRow } from './entry-rows.js'
import { siblings, stepBefore } from './menu-moves.js'
import type { BootView } from './use-boot.js'

interface EntryMenuProps {
  readonly view: BootView
  readonly row: EntryRow
  readonly rows: readonly EntryRow[]
}

const ICON = { size: 15, 'aria-hidden': true } as const

/** What can be done with a line of the boot menu. Each is staged when it fits the image; else the reason is said. */
export function EntryMenu({ view, row, rows }: EntryMenuProps) {
  const { entry } = row
  const queryClient = useQueryClient()
  const { reportFailure } = useAppActions()
  const [dialog, setDialog] = useState<EntryDialogMode | null>(null)
  const [opened, setOpened] = useState(false)
  const there = rows.filter(({ state }) => state !== 'removed').map((one) => one.entry)
  // Sorting hundreds of entries is for when it is asked for
  const order = opened ? siblings(entry, there, view.after.files) : []
  const up = stepBefore(entry, order, -1)
  const down = stepBefore(entry, order, 1)
  const switchable = entry.loader === 'bls' || entry.loader === 'uki'
  const isUki = entry.loader === 'uki'

  const stage = (edit: Edit) => stageChecked(queryClient, view.path, [...view.edits, edit], 1)
  const run = (edit: Edit) => () => void stage(edit).catch(reportFailure)

  return (
    <>
      <Menu position="bottom-end" width={210} opened={opened} onChange={setOpened}>
        <Menu.Target>
          <ActionIcon aria-label={`Actions of ${visibleText(entry.title || entry.path)}`}>
            <Ellipsis size={16} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<Star {...ICON} />}
            disabled={entry.isDefault || !entry.enabled}
            onClick={run({ kind: 'boot-default', entry: entry.id })}
          >
            Make default
          </Menu.Item>
          <Menu.Item leftSection={<Pencil {...ICON} />} disabled={isUki} onClick={() => setDialog('rename')}>
            Rename…
          </Menu.Item>
          <Menu.Item leftSection={<Copy {...ICON} />} disabled={isUki} onClick={() => setDialog('duplicate')}>
            Duplicate…
          </Menu.Item>
          <Menu.Item leftSection={<Plus {...ICON} />} disabled={isUki} onClick={() => setDialog('add')}>
            Add entry…
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={<ArrowUp {...ICON} />}
            disabled={up === undefined}
            onClick={run({ kind: 'entry-move', entry: entry.id, before: up ?? null })}
          >
            Move up in the menu
          </Menu.Item>
          <Menu.Item
            leftSection={<ArrowDown {...ICON} />}
            disabled={down === undefined}
            onClick={run({ kind: 'entry-move', entry: entry.id, before: down ?? null })}
          >
            Move down in the menu
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item
            leftSection={entry.enabled ? <EyeOff {...ICON} /> : <Eye {...ICON} />}
            disabled={!switchable}
            onClick={run({ kind: 'entry-enable', entry: entry.id, enabled: !entry.enabled })}
          >
            {entry.enabled ? 'Disable' : 'Enable'}
          </Menu.Item>
          <Menu.Item leftSection={<Trash2 {...ICON} />} onClick={run({ kind: 'entry-remove', entry: entry.id })}>
            Remove
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {dialog !== null && <EntryDialog mode={dialog} entry={entry} onStage={stage} onClose={() => setDialog(null)} />}
    </>
  )
}
