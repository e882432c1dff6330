import { useQueries, useQuery } from '@tanstack/react-query'
import { FolderOpen, Upload } from 'lucide-react'
import { type DragEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { Edit } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { GuestListing, GuestRow, RowFacts } from '#shared/images/guest-listing'
import type { ImageInfo } from '#shared/images/image-info'
import { factsQuery, folderQuery } from '../../api/file-queries.js'
import { pathsOfDrop } from '../../api/client.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { AttributesDialog, NameDialog } from './file-dialogs.js'
import { FileGrid } from './file-grid.js'
import { FileToolbar } from './file-toolbar.js'
import styles from './files-tab.module.css'
import { sortRows } from './guest-folder.js'
import { isWritable } from './places.js'
import { menuEntries, RowMenu } from './row-menu.js'
import { useFileActions } from './use-file-actions.js'
import { useSelection } from './use-selection.js'

/** Names that one call asks the facts of. */
const PAGE = 100
const SETTLED_MS = 60

interface FolderViewProps {
  readonly info: ImageInfo
  readonly where: GuestPlace
  readonly edits: readonly Edit[]
  /** Only names with this in them. */
  readonly filter: string
  readonly takesFocus: boolean
  /** The name to begin with. */
  readonly goTo: string | null
  readonly onFolder: (folder: string) => void
  readonly onUp: () => void
  readonly onSearch: () => void
}

/** One folder with the staged edits in it, and all that can be done there. */
export function FolderView(props: FolderViewProps) {
  const listing = useQuery(folderQuery(props.info.path, props.where, props.edits))
  if (listing.isPending) {
    return (
      <div className={styles.state} role="status" aria-label="Reading folder">
        <SkeletonRows rows={8} height={14} gap={17} />
      </div>
    )
  }
  if (listing.isError) {
    return (
      <div className={styles.state}>
        <ErrorNotice error={listing.error} onRetry={() => void listing.refetch()} />
      </div>
    )
  }
  return <Rows {...props} listing={listing.data} />
}

function Rows({
  info,
  where,
  edits,
  filter,
  takesFocus,
  goTo,
  onFolder,
  onUp,
  onSearch,
  listing,
}: FolderViewProps & { readonly listing: GuestListing }) {
  const rows = useMemo(() => {
    const wanted = filter.toLowerCase()
    return sortRows(wanted === '' ? listing.rows : listing.rows.filter(({ name }) => name.toLowerCase().includes(wanted)))
  }, [listing.rows, filter])
  const names = useMemo(() => rows.map(({ name }) => name), [rows])
  const selection = useSelection(names, goTo)
  const { factsOf, onVisible } = useFacts(info.path, where, rows, edits)
  const { actions, dialog, closeDialog } = useFileActions({ info, where, factsOf, onFolder })
  const [menu, setMenu] = useState<{ readonly x: number; readonly y: number } | null>(null)
  const [over, setOver] = useState(0)
  const chosen = rows.filter(({ name }) => selection.selected.has(name))
  const writable = isWritable(info.partitions.find(({ number }) => number === listing.partition))
  const taken = new Set(listing.rows.filter(({ state }) => state !== 'removed').map(({ name }) => name))

  const carriesFiles = (event: DragEvent): boolean => writable && event.dataTransfer.types.includes('Files')
  /** Events that this folder takes are none of the window's, which would open what is dropped. */
  const onDrag = (change: (depth: number) => number) => (event: DragEvent) => {
    if (!carriesFiles(event)) return
    event.preventDefault()
    event.stopPropagation()
    event.dataTransfer.dropEffect = 'copy'
    setOver(change)
  }
  const onDrop = (event: DragEvent) => {
    const paths = carriesFiles(event) ? pathsOfDrop(event.dataTransfer) : []
    onDrag(() => 0)(event)
    if (paths.length > 0) actions.addPaths(paths)
  }

  return (
    <div
      className={styles.folder}
      data-over={over > 0 || undefined}
      onDragEnter={onDrag((depth) => depth + 1)}
      onDragLeave={onDrag((depth) => Math.max(0, depth - 1))}
      onDragOver={onDrag((depth) => depth)}
      onDrop={onDrop}
    >
      <FileToolbar rows={chosen} actions={actions} writable={writable} />
      {rows.length === 0 ? (
        <div className={styles.empty}>
          <FolderOpen size={28} strokeWidth={1.6} aria-hidden />
          <p>{filter === '' ? 'This folder is empty' : `No name here has “${visibleText(filter)}” in it`}</p>
          {filter !== '' && <p className="caption">Enter searches all folders.</p>}
        </div>
      ) : (
        <FileGrid
          folder={where.path}
          rows={rows}
          factsOf={factsOf}
          selection={selection}
          takesFocus={takesFocus}
          onVisible={onVisible}
          actions={{
            open: actions.open,
            up: onUp,
            rename: (row) => writable && actions.askName(row),
            remove: (some) => writable && actions.remove(some),
            menu: setMenu,
            drag: actions.drag,
            search: onSearch,
          }}
        />
      )}
      <p className={styles.count}>
        <span>{countWords(listing.rows, chosen.length)}</span>
        {where.partition !== undefined && listing.osPath !== null && (
          <span>
            The system sees this folder as <span className="mono">{visibleText(listing.osPath)}</span>
          </span>
        )}
        {!writable && <span>This file system can only be read</span>}
      </p>
      {over > 0 && (
        <div className={styles.drop}>
          <Upload size={26} aria-hidden />
          <p>
            Drop to add to <span className="mono">{visibleText(where.path)}</span>
          </p>
        </div>
      )}
      {menu !== null && <RowMenu at={menu} groups={menuEntries(chosen, actions, writable)} onClose={() => setMenu(null)} />}
      {dialog?.kind === 'new-file' && (
        <NameDialog title="New file" button="Make file" start="" taken={taken} onName={actions.makeFile} onClose={closeDialog} />
      )}
      {dialog?.kind === 'new-folder' && (
        <NameDialog title="New folder" button="Make folder" start="" taken={taken} onName={actions.makeFolder} onClose={closeDialog} />
      )}
      {dialog?.kind === 'rename' && (
        <NameDialog
          title="Rename"
          button="Rename"
          start={dialog.row.name}
          taken={taken}
          onName={(name) => actions.rename(dialog.row, name)}
          onClose={closeDialog}
        />
      )}
      {dialog?.kind === 'attributes' && (
        <AttributesDialog
          names={dialog.rows.map(({ name }) => name)}
          facts={factsOf(dialog.rows[0]?.name ?? '')}
          onWish={(wish) => actions.setAttributes(dialog.rows, wish)}
          onClose={closeDialog}
        />
      )}
    </div>
  )
}

function countWords(rows: readonly GuestRow[], chosen: number): string {
  const removed = rows.filter(({ state }) => state === 'removed').length
  const staged = rows.filter(({ state }) => state !== 'same').length
  return [count(rows.length - removed, 'item'), staged === 0 ? '' : `${staged} with staged changes`, chosen > 1 ? `${chosen} selected` : '']
    .filter((part) => part !== '')
    .join(', ')
}

/** Facts of the rows that are on the screen, asked for by the page, so that scrolling asks for each once. */
function useFacts(path: string, where: GuestPlace, rows: readonly GuestRow[], edits: readonly Edit[]) {
  const [{ from, to }, setVisible] = useState({ from: 0, to: 0 })
  const settling = useRef<ReturnType<typeof setTimeout>>(undefined)
  /** What only flies by is not asked for. */
  const onVisible = useCallback((first: number, last: number) => {
    const next = { from: Math.floor(first / PAGE), to: Math.floor(last / PAGE) }
    clearTimeout(settling.current)
    settling.current = setTimeout(() => setVisible((now) => (now.from === next.from && now.to === next.to ? now : next)), SETTLED_MS)
  }, [])
  useEffect(() => () => clearTimeout(settling.current), [])
  const pages = useMemo(() => {
    return Array.from({ length: to - from + 1 }, (_, index) =>
      rows
        .slice((from + index) * PAGE, (from + index + 1) * PAGE)
        .filter(({ state }) => state !== 'removed')
        .map(({ name }) => name),
    ).filter((names) => names.length > 0)
  }, [rows, from, to])
  const known = useQueries({
    queries: pages.map((names) => factsQuery(path, where, names, edits)),
    combine: (results) => new Map(results.flatMap(({ data }) => (data ?? []).map((facts): [string, RowFacts] => [facts.name, facts]))),
  })
  return { factsOf: (name: string) => known.get(name), onVisible }
}
