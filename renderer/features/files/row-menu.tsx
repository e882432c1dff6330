import { Menu } from '@mantine/core'
import { Download, FilePlus2, FolderPlus, type LucideIcon, PencilLine, Replace, Shield, SquarePen, Trash2, Undo2 } from 'lucide-react'
import type { GuestRow } from '#shared/images/guest-listing'
import type { FileActions } from './use-file-actions.js'
import styles from './files-tab.module.css'

interface Entry {
  readonly icon: LucideIcon
  readonly word: string
  readonly key?: string
  readonly disabled?: boolean
  readonly run: () => void
}

/** What can be done with the chosen rows, in the order of the menu; rules stand between groups. */
export function menuEntries(rows: readonly GuestRow[], actions: FileActions, writable: boolean): Entry[][] {
  const [row] = rows
  const one = rows.length === 1 ? row : undefined
  const isThere = rows.length > 0 && rows.every(({ state }) => state !== 'removed')
  const locked = !writable
  const removed = rows.filter(({ state }) => state === 'removed')
  if (removed.length > 0)
    return [[{ icon: Undo2, word: 'Put back', disabled: removed.length !== rows.length, run: () => actions.putBack(removed) }]]
  return [
    one === undefined
      ? []
      : [{ icon: SquarePen, word: one.kind === 'folder' ? 'Open' : 'View or edit', key: 'Enter', run: () => actions.open(one) }],
    isThere ? [{ icon: Download, word: 'Extract…', run: () => actions.extract(rows) }] : [],
    isThere
      ? [
          ...(one?.kind === 'file' ? [{ icon: Replace, word: 'Replace…', disabled: locked, run: () => actions.replace(one) }] : []),
          ...(one === undefined
            ? []
            : [{ icon: PencilLine, word: 'Rename…', key: 'F2', disabled: locked, run: () => actions.askName(one) }]),
          { icon: Shield, word: 'Permissions…', disabled: locked, run: () => actions.askAttributes(rows) },
          { icon: Trash2, word: 'Remove', key: 'Del', disabled: locked, run: () => actions.remove(rows) },
        ]
      : [],
    [
      { icon: FilePlus2, word: 'New file…', disabled: locked, run: actions.askFile },
      { icon: FolderPlus, word: 'New folder…', disabled: locked, run: actions.askFolder },
    ],
  ].filter((group) => group.length > 0)
}

interface RowMenuProps {
  readonly at: { readonly x: number; readonly y: number }
  readonly groups: readonly (readonly Entry[])[]
  readonly onClose: () => void
}

/** The menu of the chosen rows, where the pointer or the active row is. */
export function RowMenu({ at, groups, onClose }: RowMenuProps) {
  return (
    <Menu opened onChange={(opened) => !opened && onClose()} position="bottom-start" offset={2} width={210} returnFocus trapFocus>
      <Menu.Target>
        <span className={styles.pointer} style={{ left: at.x, top: at.y }} />
      </Menu.Target>
      <Menu.Dropdown aria-label="What to do with it">
        {groups.flatMap((group, index) => [
          ...(index > 0 ? [<Menu.Divider key={`rule ${group[0]?.word}`} />] : []),
          ...group.map(({ icon: Icon, word, key, disabled, run }) => (
            <Menu.Item
              key={word}
              leftSection={<Icon size={15} aria-hidden />}
              rightSection={key === undefined ? undefined : <span className="caption">{key}</span>}
              disabled={disabled ?? false}
              onClick={run}
            >
              {word}
            </Menu.Item>
          )),
        ])}
      </Menu.Dropdown>
    </Menu>
  )
}
