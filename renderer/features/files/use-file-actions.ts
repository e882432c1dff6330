import { notifications } from '@mantine/notifications'
import { useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { HostFiles } from '#shared/files-calls'
import type { GuestRow, RowFacts } from '#shared/images/guest-listing'
import type { ImageInfo } from '#shared/images/image-info'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { count } from '../../components/format.js'
import { visibleText } from '../../components/visible-text.js'
import { useEditStore } from '../edits/edit-store.js'
import { useFilesViewStore } from './files-view.js'
import { focusList } from './focus-list.js'
import { joinFolder } from './guest-folder.js'
import {
  type AttributeWish,
  hostContent,
  placeIn,
  putBack,
  stageAttributes,
  stageFolder,
  stageHostFiles,
  stageRemove,
  stageRename,
  stageWrite,
} from './stage-files.js'

export type FileDialog =
  | { readonly kind: 'new-file' | 'new-folder' }
  | { readonly kind: 'rename'; readonly row: GuestRow }
  | { readonly kind: 'attributes'; readonly rows: readonly GuestRow[] }

export interface FileActions {
  open(row: GuestRow): void
  extract(rows: readonly GuestRow[]): void
  drag(rows: readonly GuestRow[]): void
  remove(rows: readonly GuestRow[]): void
  putBack(rows: readonly GuestRow[]): void
  replace(row: GuestRow): void
  /** Asks for files of this machine and adds them. */
  addFiles(): void
  addPaths(paths: readonly string[]): void
  askFile(): void
  askFolder(): void
  askName(row: GuestRow): void
  askAttributes(rows: readonly GuestRow[]): void
  makeFile(name: string): void
  makeFolder(name: string): void
  rename(row: GuestRow, name: string): void
  setAttributes(rows: readonly GuestRow[], wish: AttributeWish): void
}

interface Folder {
  readonly info: ImageInfo
  readonly where: GuestPlace
  readonly factsOf: (name: string) => RowFacts | undefined
  readonly onFolder: (folder: string) => void
}

/** Everything that can be done in a folder. Changes are staged, and seen at once; nothing is written. */
export function useFileActions({ info, where, factsOf, onFolder }: Folder) {
  const { reportFailure } = useAppActions()
  const [dialog, setDialog] = useState<FileDialog | null>(null)
  const { path } = info
  const now = (): readonly Edit[] => useEditStore.getState().byPath[path]?.present ?? []
  const stage = (edits: Edit[]) => useEditStore.getState().stage(path, edits)
  const place = (row: GuestRow) => placeIn(where, row.name)
  const show = (row: { readonly name: string }) =>
    useFilesViewStore.getState().change(path, { open: { place: placeIn(where, row.name), name: row.name, typed: null } })

  const add = (found: HostFiles) => {
    stage(stageHostFiles(now(), where, found))
    if (found.leftOut.length > 0)
      notifications.show({
        title: `${count(found.leftOut.length, 'item')} left out`,
        message: visibleText(found.leftOut.slice(0, 5).join('; ')),
      })
  }

  const extract = async (rows: readonly GuestRow[]) => {
    const target = await call('files.chooseTarget', { names: rows.map(({ name }) => name) })
    if (target === null) return
    await call('jobs.start', {
      kind: 'extract-files',
      input: { source: path, revision: info.revision, edits: [...now()], items: rows.map(place), ...target },
    })
  }

  /** What a link leads to may not have been told yet. */
  const leadsTo = async ({ kind, name }: GuestRow): Promise<RowFacts['leadsTo']> => {
    if (kind !== 'link') return null
    const known = factsOf(name) ?? (await call('files.facts', { path, where, names: [name], edits: [...now()] }))[0]
    return known?.leadsTo ?? null
  }
  const open = async (row: GuestRow) => {
    if (row.state === 'removed') return
    const end = await leadsTo(row)
    if (row.kind === 'folder' || end === 'folder' || end === 'unknown') onFolder(joinFolder(where.path, row.name))
    else show(row)
  }

  const replace = async (row: GuestRow) => {
    const chosen = await call('files.chooseHost', { several: false })
    const [file] = chosen?.files ?? []
    if (file !== undefined) stage(stageWrite(now(), place(row), hostContent(file)))
  }

  const actions: FileActions = {
    open: (row) => void open(row).catch(reportFailure),
    extract: (rows) => void extract(rows).catch(reportFailure),
    drag: (rows) => {
      const items = rows.filter(({ state }) => state !== 'removed').map(place)
      if (items.length > 0) call('files.drag', { path, items, edits: [...now()] }).catch(reportFailure)
    },
    remove: (rows) => {
      const there = rows.filter(({ state, mount }) => state !== 'removed' && mount === undefined)
      if (there.length > 0)
        stage(
          stageRemove(
            now(),
            there.map((row) => ({ place: place(row), isNew: row.state === 'new' })),
          ),
        )
    },
    putBack: (rows) => {
      const restored = rows.reduce<Edit[] | null>((edits, row) => (edits === null ? null : putBack(edits, place(row))), [...now()])
      if (restored !== null) stage(restored)
      else notifications.show({ title: 'Another kind of edit took it away', message: 'Undo that one in the Edits tab.' })
    },
    replace: (row) => void replace(row).catch(reportFailure),
    addFiles: () =>
      void call('files.chooseHost', { several: true })
        .then((chosen) => chosen && add(chosen))
        .catch(reportFailure),
    addPaths: (paths) => void call('files.describeHost', { paths: [...paths] }).then(add, reportFailure),
    askFile: () => setDialog({ kind: 'new-file' }),
    askFolder: () => setDialog({ kind: 'new-folder' }),
    askName: (row) => row.state !== 'removed' && row.mount === undefined && setDialog({ kind: 'rename', row }),
    askAttributes: (rows) => rows.length > 0 && setDialog({ kind: 'attributes', rows }),
    makeFile: (name) => {
      stage(stageWrite(now(), placeIn(where, name), { content: { text: '' }, sha256: null }))
      show({ name })
    },
    makeFolder: (name) => stage(stageFolder(now(), placeIn(where, name))),
    rename: (row, name) => stage(stageRename(now(), place(row), joinFolder(where.path, name))),
    setAttributes: (rows, wish) => stage(stageAttributes(now(), rows.map(place), wish)),
  }
  const closeDialog = () => {
    setDialog(null)
    focusList()
  }
  return { actions, dialog, closeDialog }
}
