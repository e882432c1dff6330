import { Button, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Tag } from 'lucide-react'
import { type KeyboardEvent, type MouseEvent, useEffect, useRef, useState } from 'react'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import { parseReference } from '#shared/containers/reference'
import { CountBadge } from '../../components/badge.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { tagsQuery } from './container-queries.js'
import { useContainersStore } from './containers-store.js'
import { withTag } from './container-words.js'
import styles from './tag-list.module.css'

const ROW_HEIGHT = 28

interface TagListProps {
  readonly reference: string
  readonly access: { plainHttp: true } | undefined
  /** What is wrong is said beside it already. */
  readonly isQuiet: boolean
}

/** The tags of the repository, newest version first. Choosing one looks into it. */
export function TagList({ reference, access, isQuiet }: TagListProps) {
  const repository = withTag(reference, 'latest')
  const tags = useQuery(tagsQuery(repository, access))
  const ask = useContainersStore((store) => store.ask)
  const [filter, setFilter] = useState('')
  const shown = (tags.data ?? []).filter((tag) => tag.toLowerCase().includes(filter.trim().toLowerCase()))
  if (tags.isError && isQuiet) return null
  return (
    <section className={`card ${styles.tags}`} aria-labelledby="tags-title">
      <h2 id="tags-title" className={styles.title}>
        Tags <CountBadge amount={tags.data?.length ?? 0} label="tags" tone="neutral" />
      </h2>
      {tags.isPending && <SkeletonRows rows={8} height={14} gap={14} />}
      {tags.isError && (
        <>
          <p className="dim">They cannot be listed. {visibleText(describeError(toAppError(tags.error).data).title)}.</p>
          <Button size="xs" onClick={() => void tags.refetch()}>
            Try again
          </Button>
        </>
      )}
      {tags.data !== undefined && (
        <>
          <TextInput
            size="xs"
            aria-label="Filter tags"
            placeholder="Filter"
            value={filter}
            onChange={(event) => setFilter(event.currentTarget.value)}
          />
          {shown.length === 0 ? (
            <p className="dim">{tags.data.length === 0 ? 'It has no tags.' : 'No tag matches.'}</p>
          ) : (
            <TagRows tags={shown} current={currentTag(reference)} onChoose={(tag) => ask(withTag(reference, tag))} />
          )}
        </>
      )}
    </section>
  )
}

/** Without a tag and a digest, `latest` is meant. */
function currentTag(reference: string): string | null {
  const { tag, digest } = parseReference(reference)
  return tag ?? (digest === null ? 'latest' : null)
}

interface TagRowsProps {
  readonly tags: readonly string[]
  readonly current: string | null
  readonly onChoose: (tag: string) => void
}

function TagRows({ tags, current, onChoose }: TagRowsProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(() => Math.max(0, current === null ? 0 : tags.indexOf(current)))
  // oxlint-disable-next-line react/incompatible-library -- the compiler leaves this component as it is, which is what the library needs
  const virtual = useVirtualizer({
    count: tags.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 8,
  })
  const at = Math.min(active, tags.length - 1)

  useEffect(() => {
    virtual.scrollToIndex(at, { align: 'auto' })
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- only when another row becomes the active one: scrolling by hand stays where it is
  }, [at])

  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: tags.length - 1,
      PageDown: at + 10,
      PageUp: at - 10,
    }
    const step = steps[event.key]
    const tag = tags[at]
    if (step !== undefined) setActive(Math.max(0, Math.min(tags.length - 1, step)))
    else if ((event.key === 'Enter' || event.key === ' ') && tag !== undefined) onChoose(tag)
    else return
    event.preventDefault()
  }

  /** One listener serves all rows. */
  const onClick = ({ target }: MouseEvent) => {
    const index = Number((target as HTMLElement).closest<HTMLElement>('[data-index]')?.dataset.index)
    const tag = tags[index]
    if (tag === undefined) return
    setActive(index)
    onChoose(tag)
  }

  return (
    <div
      ref={scroller}
      role="listbox"
      aria-label="Tags"
      aria-activedescendant={`tag-${at}`}
      tabIndex={0}
      className={styles.list}
      onKeyDown={onKeyDown}
      onClick={onClick}
    >
      <div role="presentation" className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const tag = tags[index] ?? ''
          return (
            <div
              key={tag}
              tabIndex={-1}
              data-index={index}
              id={`tag-${index}`}
              role="option"
              aria-selected={tag === current}
              aria-setsize={tags.length}
              aria-posinset={index + 1}
              className={styles.tag}
              data-active={index === at || undefined}
              style={{ transform: `translateY(${start}px)` }}
              title={visibleText(tag)}
            >
              <Tag size={13} aria-hidden />
              <span className="mono truncate">{visibleText(tag)}</span>
            </div>
          )
        })}
      </div>
    </div>
  )
}
