import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { File, FileQuestion, FileSymlink, Folder, SearchX } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import type { Edit } from '#shared/edits/edit'
import type { GuestPlace } from '#shared/edits/guest-place'
import type { FileSearch, FoundFile } from '#shared/images/guest-listing'
import { call } from '../../api/client.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { PathText } from '../../components/path-text.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './files-tab.module.css'

const ICONS = { file: File, folder: Folder, link: FileSymlink, other: FileQuestion } as const
const CUT_WORDS = {
  hits: 'These are the first ones; there are more.',
  entries: 'The image holds more files than were looked at.',
  time: 'It took too long; these were found until then.',
} as const

interface SearchResultsProps {
  readonly path: string
  readonly where: GuestPlace
  readonly query: string
  readonly edits: readonly Edit[]
  /** Goes to the folder of a hit. */
  readonly onGo: (path: string) => void
  readonly onEnd: () => void
}

/** Files and folders of that name in all folders below. A search that is left is stopped. */
export function SearchResults({ path, where, query, edits, onGo, onEnd }: SearchResultsProps) {
  const id = useId()
  const search = useQuery({
    queryKey: ['files', path, 'search', where, query],
    queryFn: ({ signal }) => {
      signal.addEventListener('abort', () => void call('files.cancelSearch', { id }).catch(() => {}))
      return call('files.search', { path, where, query, edits: [...edits], id })
    },
    gcTime: 0,
  })
  if (search.isPending) {
    return (
      <div className={styles.state} role="status" aria-label={`Searching for ${visibleText(query)}`}>
        <p className={styles.searching}>
          <span>Searching all folders …</span>
          <Button size="xs" onClick={onEnd}>
            Stop
          </Button>
        </p>
        <SkeletonRows rows={6} height={14} gap={16} />
      </div>
    )
  }
  if (search.isError) {
    return (
      <div className={styles.state}>
        <ErrorNotice error={search.error} onRetry={() => void search.refetch()} />
      </div>
    )
  }
  const { hits } = search.data
  if (hits.length === 0) {
    return (
      <EmptyState icon={SearchX} title="Nothing of this name" actions={<Button onClick={onEnd}>Back to the folder</Button>}>
        <p>{count(search.data.looked, 'name')} were looked at.</p>
      </EmptyState>
    )
  }
  return <Hits found={search.data} byTree={where.partition === undefined} onGo={onGo} onEnd={onEnd} />
}

interface HitsProps {
  readonly found: FileSearch
  readonly byTree: boolean
  readonly onGo: (path: string) => void
  readonly onEnd: () => void
}

function Hits({ found, byTree, onGo, onEnd }: HitsProps) {
  const list = useRef<HTMLUListElement>(null)
  useEffect(() => list.current?.querySelector<HTMLElement>('button')?.focus({ preventScroll: true }), [])
  const onKeyDown = (event: KeyboardEvent) => {
    const buttons = [...(list.current?.querySelectorAll<HTMLElement>('button') ?? [])]
    const at = buttons.indexOf(document.activeElement as HTMLElement)
    const target = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key]
    if (event.key === 'Escape' || event.key === 'Backspace') onEnd()
    else if (target === undefined) return
    else buttons[Math.max(0, Math.min(buttons.length - 1, target))]?.focus()
    event.preventDefault()
  }
  const shown = (hit: FoundFile): string => (byTree ? (hit.osPath ?? hit.path) : hit.path)
  return (
    <>
      {/* The keys move between the buttons that the list holds */}
      <ul ref={list} className={styles.hits} aria-label="Found" onKeyDown={onKeyDown}>
        {found.hits.map((hit) => {
          const Icon = ICONS[hit.kind]
          return (
            <li key={`${hit.partition}${hit.path}`}>
              <button type="button" className={styles.hit} aria-label={visibleText(shown(hit))} onClick={() => onGo(shown(hit))}>
                <Icon size={15} className={styles.hitIcon} data-kind={hit.kind} aria-label={hit.kind} />
                <PathText path={shown(hit)} />
              </button>
            </li>
          )
        })}
      </ul>
      <p className={styles.count}>
        {count(found.hits.length, 'hit')} among {count(found.looked, 'name')}. {found.cut === null ? '' : CUT_WORDS[found.cut]}
      </p>
    </>
  )
}
