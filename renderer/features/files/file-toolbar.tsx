import { Button, Menu } from '@mantine/core'
import {
  ChevronDown,
  Download,
  FilePlus2,
  FolderPlus,
  PencilLine,
  Plus,
  Replace,
  Shield,
  SquarePen,
  Trash2,
  Undo2,
  Upload,
} from 'lucide-react'
import type { GuestRow } from '#shared/images/guest-listing'
import styles from './files-tab.module.css'
import type { FileActions } from './use-file-actions.js'

interface FileToolbarProps {
  /** The chosen ones. */
  readonly rows: readonly GuestRow[]
  readonly actions: FileActions
  readonly writable: boolean
}

/** What can be done here: with the folder on the left, with what is chosen on the right. */
export function FileToolbar({ rows, actions, writable }: FileToolbarProps) {
  const [row] = rows
  const one = rows.length === 1 ? row : undefined
  const removed = rows.filter(({ state }) => state === 'removed')
  const none = rows.length === 0 || removed.length > 0
  return (
    <div className={styles.toolbar} role="toolbar" aria-label="Files">
      <Menu position="bottom-start" width={180}>
        <Menu.Target>
          <Button
            size="xs"
            disabled={!writable}
            leftSection={<Plus size={14} aria-hidden />}
            rightSection={<ChevronDown size={13} aria-hidden />}
          >
            New
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<FilePlus2 size={15} aria-hidden />} onClick={actions.askFile}>
            New file…
          </Menu.Item>
          <Menu.Item leftSection={<FolderPlus size={15} aria-hidden />} onClick={actions.askFolder}>
            New folder…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Button size="xs" disabled={!writable} leftSection={<Upload size={14} aria-hidden />} onClick={actions.addFiles}>
        Add files…
      </Button>
      <span className={styles.space} />
      {removed.length > 0 ? (
        <Button size="xs" leftSection={<Undo2 size={14} aria-hidden />} onClick={() => actions.putBack(removed)}>
          Put back
        </Button>
      ) : (
        <>
          <Button
            size="xs"
            variant="subtle"
            disabled={one === undefined}
            leftSection={<SquarePen size={14} aria-hidden />}
            onClick={() => one && actions.open(one)}
          >
            {one === undefined || one.kind === 'folder' ? 'Open' : 'View or edit'}
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={none}
            leftSection={<Download size={14} aria-hidden />}
            onClick={() => actions.extract(rows)}
          >
            Extract…
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={!writable || one?.kind !== 'file'}
            leftSection={<Replace size={14} aria-hidden />}
            onClick={() => one && actions.replace(one)}
          >
            Replace…
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={!writable || one === undefined}
            leftSection={<PencilLine size={14} aria-hidden />}
            onClick={() => one && actions.askName(one)}
          >
            Rename…
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={!writable || none}
            leftSection={<Shield size={14} aria-hidden />}
            onClick={() => actions.askAttributes(rows)}
          >
            Permissions…
          </Button>
          <Button
            size="xs"
            variant="subtle"
            disabled={!writable || none}
            leftSection={<Trash2 size={14} aria-hidden />}
            onClick={() => actions.remove(rows)}
          >
            Remove
          </Button>
        </>
      )}
    </div>
  )
}
