import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { PackageOpen } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { parseReference, shortReference } from '#shared/containers/reference'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { visibleText } from '../../components/visible-text.js'
import { inspectQuery, resolveQuery } from './container-queries.js'
import { useAccess, useContainersStore } from './containers-store.js'
import { FoundImage } from './found-image.js'
import styles from './open-tab.module.css'
import { problemOf, ReferenceField } from './reference-field.js'
import { TagList } from './tag-list.js'

/** From a reference to the image behind it. */
export function OpenTab() {
  const { text, asked, chosen, type, ask, choose } = useContainersStore()
  const resolved = useQuery({ ...resolveQuery(asked ?? ''), enabled: asked !== null })
  const references = resolved.data?.references ?? []
  const reference = chosen ?? (references.length === 1 ? references[0] : undefined)
  const field = useRef<HTMLInputElement>(null)

  useEffect(() => {
    if (asked === null) field.current?.focus()
  }, [asked])

  return (
    <>
      <ReferenceField text={text} onType={type} onAsk={ask} inputRef={field} />
      {asked === null && (
        <EmptyState icon={PackageOpen} title="Look into a container image">
          <p>
            Paste its reference, or drop an archive of one. The disks in it are found by their content while it is read; nothing is written
            until you take one out.
          </p>
        </EmptyState>
      )}
      {resolved.isError && problemOf(resolved.error) === null && (
        <ErrorNotice error={resolved.error} onRetry={() => void resolved.refetch()} />
      )}
      {resolved.data?.notes.map((note) => (
        <Note key={note} tone="neutral">
          <p>{visibleText(note)}</p>
        </Note>
      ))}
      {references.length > 1 && <ShortNames references={references} chosen={chosen} onChoose={choose} />}
      {reference !== undefined && <LookedAt key={reference} reference={reference} />}
    </>
  )
}

interface ShortNamesProps {
  readonly references: readonly string[]
  readonly chosen: string | null
  readonly onChoose: (reference: string) => void
}

/** podman asks the same: who owns a name differs from registry to registry, so none is taken without a word. */
function ShortNames({ references, chosen, onChoose }: ShortNamesProps) {
  return (
    <section className={styles.short} aria-labelledby="short-title">
      <h2 id="short-title">Which registry?</h2>
      <p className="dim">A short name may be someone else's at another registry.</p>
      <ul className={styles.choices}>
        {references.map((reference) => (
          <li key={reference}>
            <Button
              size="xs"
              variant={reference === chosen ? 'filled' : 'default'}
              aria-pressed={reference === chosen}
              onClick={() => onChoose(reference)}
            >
              <span className="mono">{visibleText(reference.replace(/^docker:\/\//, ''))}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}

function LookedAt({ reference }: { readonly reference: string }) {
  const access = useAccess(reference)
  const report = useQuery(inspectQuery(reference, access))
  const hasTags = parseReference(reference).transport === 'docker'
  return (
    <div className={styles.columns} data-tags={hasTags || undefined}>
      <div className={styles.found}>
        {report.isPending && (
          <section className={`card ${styles.pending}`} role="status" aria-label={`Asking for ${nameOf(reference)}`}>
            <p className="dim">Asking for {nameOf(reference)}…</p>
            <SkeletonRows rows={6} />
          </section>
        )}
        {report.isError && <ErrorNotice error={report.error} onRetry={() => void report.refetch()} />}
        {report.data !== undefined && <FoundImage report={report.data} access={access} onReload={() => void report.refetch()} />}
      </div>
      {hasTags && <TagList reference={reference} access={access} isQuiet={report.isError} />}
    </div>
  )
}

function nameOf(reference: string): string {
  return visibleText(shortReference(parseReference(reference)))
}
