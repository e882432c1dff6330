import { CloseButton, Select, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { HardDrive, Lock, Search } from 'lucide-react'
import { type KeyboardEvent, useRef, useState } from 'react'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { ImageInfo } from '#shared/images/image-info'
import { osPathOf } from '#shared/images/os-tree'
import { treeQuery } from '../../api/file-queries.js'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { useEdits, useEditStore } from '../edits/edit-store.js'
import { FileViewer } from './file-viewer.js'
import styles from './files-tab.module.css'
import { useFilesView, useFilesViewStore } from './files-view.js'
import { focusList } from './focus-list.js'
import { FolderPath } from './folder-path.js'
import { FolderView } from './folder-view.js'
import { nameOf, parentFolder } from './guest-folder.js'
import { currentPlace, isBrowsable, isWritable, placeOptions, unreadableWords } from './places.js'
import { SearchResults } from './search-results.js'
import { stageWrite } from './stage-files.js'

/** The files of an image as they will be: looked at, changed, added, taken out. Changes are staged like all others. */
export function FilesTab({ info }: { readonly info: ImageInfo }) {
  const { path } = info
  const tree = useQuery(treeQuery(path))
  const edits = useEdits(path)
  const view = useFilesView(path)
  const [filter, setFilter] = useState('')
  const [walked, setWalked] = useState(false)
  const searchBox = useRef<HTMLInputElement>(null)
  const change = (next: Parameters<ReturnType<typeof useFilesViewStore.getState>['change']>[1]) =>
    useFilesViewStore.getState().change(path, next)

  if (tree.isPending) {
    return (
      <div className={`card ${styles.state}`} role="status" aria-label="Looking for the system">
        <SkeletonRows rows={9} height={14} gap={17} />
      </div>
    )
  }
  const system = tree.data ?? null
  const place = currentPlace(info, system, view.place)
  if (place === null) return <NoPlace />

  const where: GuestPlace = place === 'system' ? { path: view.folder } : { partition: place, path: view.folder }
  const partition = info.partitions.find(({ number }) => number === place)
  const isReadable = partition === undefined || isBrowsable(partition)
  const goTo = (folder: string, name: string | null = null) => {
    setFilter('')
    change({ place, folder, goTo: name, search: null })
  }
  const up = () => view.folder !== '/' && goTo(parentFolder(view.folder), nameOf(view.folder))
  const onSearchKey = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && filter !== '') change({ search: filter })
    if (event.key === 'Escape' && (filter !== '' || view.search !== null)) {
      setFilter('')
      change({ search: null })
      event.stopPropagation()
    }
  }

  return (
    <section className="card" aria-label="Files">
      <div className={styles.bar}>
        <Select
          aria-label="Place"
          className={styles.place ?? ''}
          data={placeOptions(info, system).map((option) => ({ ...option, label: visibleText(option.label) }))}
          value={String(place)}
          onChange={(value) => {
            setFilter('')
            change({ place: value === 'system' ? 'system' : Number(value), folder: '/', goTo: null, search: null })
          }}
        />
        {isReadable && (
          <>
            <FolderPath
              folder={view.folder}
              onFolder={(folder) => {
                setWalked(true)
                goTo(folder)
              }}
            />
            <TextInput
              ref={searchBox}
              className={styles.search ?? ''}
              aria-label="Find by name"
              placeholder="Filter; Enter searches all folders"
              leftSection={<Search size={14} aria-hidden />}
              rightSection={filter === '' ? undefined : <CloseButton size="xs" aria-label="Clear" onClick={() => goTo(view.folder)} />}
              value={filter}
              onChange={(event) => {
                setFilter(event.currentTarget.value)
                change({ search: null })
              }}
              onKeyDown={onSearchKey}
            />
          </>
        )}
      </div>
      {partition !== undefined && !isReadable ? (
        <EmptyState icon={partition.filesystem?.kind === 'luks' ? Lock : HardDrive} title={unreadableWords(partition).title}>
          <p>{visibleText(unreadableWords(partition).text)}</p>
        </EmptyState>
      ) : view.search !== null ? (
        <SearchResults
          key={view.search}
          path={path}
          where={{ ...where, path: '/' }}
          query={view.search}
          edits={edits}
          onGo={(hit) => {
            setWalked(true)
            goTo(parentFolder(hit), nameOf(hit))
          }}
          onEnd={() => goTo(view.folder)}
        />
      ) : (
        <FolderView
          key={`${place}${view.folder}`}
          info={info}
          where={where}
          edits={edits}
          filter={filter}
          goTo={view.goTo}
          takesFocus={walked}
          onFolder={(folder) => {
            setWalked(true)
            goTo(folder)
          }}
          onUp={() => {
            setWalked(true)
            up()
          }}
          onSearch={() => searchBox.current?.focus()}
        />
      )}
      <OpenFileView info={info} systemTree={system} />
    </section>
  )
}

function NoPlace() {
  return (
    <div className="card">
      <EmptyState icon={HardDrive} title="No file system to look into">
        <p>The image has neither partitions nor a file system that Diskwright can read.</p>
      </EmptyState>
    </div>
  )
}

/** The file that is open, if one is. It is kept while other tabs show. */
function OpenFileView({ info, systemTree }: { readonly info: ImageInfo; readonly systemTree: Parameters<typeof osPathOf>[0] | null }) {
  const { path } = info
  const { open } = useFilesView(path)
  const edits = useEdits(path)
  const { reportFailure } = useAppActions()
  const { change } = useFilesViewStore.getState()
  if (open === null) return null
  const writable = open.place.partition === undefined || isWritable(info.partitions.find(({ number }) => number === open.place.partition))

  const extract = async () => {
    const target = await call('files.chooseTarget', { names: [open.name] })
    if (target === null) return
    await call('jobs.start', {
      kind: 'extract-files',
      input: { source: path, revision: info.revision, edits: [...edits], items: [open.place], ...target },
    })
  }
  const close = () => {
    change(path, { open: null })
    focusList()
  }
  return (
    <FileViewer
      path={path}
      file={open}
      edits={edits}
      writable={writable}
      onTyped={(typed) => change(path, { open: { ...open, typed } })}
      onExtract={() => void extract().catch(reportFailure)}
      onClose={close}
      onStage={(file, content) => {
        // What was opened through a link is written where it is
        const isLink = nameOf(file.path) !== open.name
        const osPath = systemTree && osPathOf(systemTree, file)
        const target = !isLink
          ? open.place
          : osPath === null || open.place.partition !== undefined
            ? { partition: file.partition, path: file.path }
            : { path: osPath }
        useEditStore.getState().stage(path, stageWrite(edits, target, { content, sha256: file.sha256 }))
        close()
      }}
    />
  )
}
