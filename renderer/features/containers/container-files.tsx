import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { FolderOutput } from 'lucide-react'
import { useState } from 'react'
import type { ContainerEntry, ContainerIndex } from '#shared/containers/container-report'
import type { GuestRow, RowFacts } from '#shared/images/guest-listing'
import { ErrorNotice } from '../../components/error-notice.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { FileGrid } from '../files/file-grid.js'
import { FolderPath } from '../files/folder-path.js'
import { useSelection } from '../files/use-selection.js'
import { folderQuery } from './container-queries.js'
import styles from './container-files.module.css'
import { type TakenFrom, takeOutProblem, useTakeOut } from './use-take-out.js'

/** While an image is read its listing changes all the time: it is asked for again whenever this many entries were added. */
const SEEN_STEP = 500

/** All files of the image, whiteouts honoured; one of them, or a folder, can be taken out. */
export function ContainerFiles({ from, index }: { readonly from: TakenFrom; readonly index: ContainerIndex }) {
  const [folder, setFolder] = useState('/')
  const [wasEntered, setWasEntered] = useState(false)
  const seen = index.state === 'reading' ? Math.floor(index.entries / SEEN_STEP) : -1 - index.entries
  const listing = useQuery(folderQuery(index.id, folder, seen))
  const enter = (to: string) => {
    setFolder(to)
    setWasEntered(true)
  }
  return (
    <div className={styles.files}>
      <FolderPath folder={folder} onFolder={enter} />
      {listing.isPending && <SkeletonRows rows={6} height={14} gap={16} />}
      {listing.isError && <ErrorNotice error={listing.error} onRetry={() => void listing.refetch()} />}
      {listing.data !== undefined && (
        <Folder
          key={folder}
          from={from}
          folder={folder}
          entries={listing.data}
          takesFocus={wasEntered}
          onFolder={enter}
          isRead={index.state !== 'reading'}
        />
      )}
    </div>
  )
}

interface FolderProps {
  readonly from: TakenFrom
  readonly folder: string
  readonly entries: readonly ContainerEntry[]
  readonly takesFocus: boolean
  readonly isRead: boolean
  readonly onFolder: (folder: string) => void
}

function Folder({ from, folder, entries, takesFocus, isRead, onFolder }: FolderProps) {
  const takeOut = useTakeOut(from)
  const rows = entries.map(rowOf)
  const selection = useSelection(
    rows.map(({ name }) => name),
    null,
  )
  const facts = new Map(entries.map((entry) => [entry.name, factsOf(entry)]))
  const active = entries.find(({ name }) => name === selection.active && selection.selected.has(name))
  const problem = takeOutProblem(from)
  const pathOf = (name: string) => `${folder === '/' ? '' : folder}/${name}`
  const start = (entry: ContainerEntry) =>
    takeOut.mutate({ path: pathOf(entry.name), name: entry.name, unpack: false, via: 'auto', opens: false })
  const canTake = active !== undefined && isTakeable(active) && problem === null

  return (
    <>
      <div className={styles.actions}>
        <Button
          leftSection={<FolderOutput size={16} aria-hidden />}
          disabled={!canTake}
          loading={takeOut.isPending}
          onClick={() => active !== undefined && start(active)}
        >
          {active === undefined || !isTakeable(active) ? 'Take out…' : `Take out ${visibleText(active.name).slice(0, 60)}…`}
        </Button>
        <span className="dim">{problem ?? hintFor(active)}</span>
      </div>
      {rows.length === 0 ? (
        <p className={styles.empty}>{isRead ? 'This folder is empty.' : 'Nothing of this folder was read yet.'}</p>
      ) : (
        <div className={styles.list}>
          <FileGrid
            folder={folder}
            rows={rows}
            factsOf={(name) => facts.get(name)}
            selection={selection}
            hasTimes={false}
            takesFocus={takesFocus}
            onVisible={nothing}
            actions={{
              open: (row) => row.kind === 'folder' && onFolder(pathOf(row.name)),
              up: () => folder !== '/' && onFolder(folder.slice(0, Math.max(1, folder.lastIndexOf('/')))),
              rename: nothing,
              remove: nothing,
              menu: nothing,
              drag: nothing,
              search: nothing,
            }}
          />
        </div>
      )}
      {takeOut.isError && <ErrorNotice error={takeOut.error} onRetry={() => takeOut.reset()} />}
    </>
  )
}

/** Why nothing can be taken out yet; empty when it can. */
function hintFor(active: ContainerEntry | undefined): string {
  if (active === undefined) return 'Choose a file or folder.'
  return isTakeable(active) ? '' : 'Only files and folders can be taken out.'
}

function isTakeable({ kind }: ContainerEntry): boolean {
  return kind === 'file' || kind === 'folder'
}

const nothing = (): void => {}

function rowOf({ name, kind, bytes }: ContainerEntry): GuestRow {
  return { name, kind: kind === 'symlink' ? 'link' : kind, sizeBytes: kind === 'file' ? bytes : null, state: 'same' }
}

function factsOf({ name, kind, bytes, mode, uid, gid, link }: ContainerEntry): RowFacts {
  return { name, kind: kind === 'symlink' ? 'link' : kind, sizeBytes: bytes, mode, uid, gid, mtime: null, linkTarget: link, leadsTo: null }
}
