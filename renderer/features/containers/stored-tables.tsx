import { Button, Checkbox } from '@mantine/core'
import { PackageOpen } from 'lucide-react'
import type { StoredContainer, StoredImage } from '#shared/containers/container-requests'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { useAppActions } from '../../components/app-actions.js'
import { Badge } from '../../components/badge.js'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './choice-table.module.css'
import { createdWords } from './container-words.js'
import { shortId } from './stored-names.js'

interface ChosenProps {
  readonly chosen: ReadonlySet<string>
  readonly onChoose: (chosen: ReadonlySet<string>) => void
}

function toggled(chosen: ReadonlySet<string>, id: string): ReadonlySet<string> {
  const next = new Set(chosen)
  if (!next.delete(id)) next.add(id)
  return next
}

/** Without a name only its id leads to an image. */
function referenceOf({ id, references }: StoredImage): string {
  return references[0] ?? `containers-storage:${id.replace(/^sha256:/, '')}`
}

export function StoredImages({ images, chosen, onChoose }: { readonly images: readonly StoredImage[] } & ChosenProps) {
  const { openContainer } = useAppActions()
  return (
    <div className={`card ${styles.scroller}`}>
      <table className={styles.table} aria-label="Images in the local storage">
        <thead>
          <tr>
            <th scope="col">Image</th>
            <th scope="col">Platform</th>
            <th scope="col">Made</th>
            <th scope="col" data-number>
              Size
            </th>
            <th scope="col">About it</th>
            <th scope="col" aria-label="Open" />
          </tr>
        </thead>
        <tbody>
          {images.map((image) => {
            const name = visibleText(image.references[0]?.replace(/^containers-storage:/, '') ?? '')
            const label = name === '' ? shortId(image.id) : name
            return (
              <tr key={image.id} data-chosen={chosen.has(image.id) || undefined}>
                <th scope="row" className={styles.path}>
                  <Checkbox
                    size="xs"
                    checked={chosen.has(image.id)}
                    onChange={() => onChoose(toggled(chosen, image.id))}
                    label={name === '' ? <span className="faint">no name, {shortId(image.id)}</span> : name}
                    description={
                      image.references
                        .slice(1)
                        .map((more) => visibleText(more.replace(/^containers-storage:/, '')))
                        .join(', ') || undefined
                    }
                  />
                </th>
                <td>{image.architecture === null ? <span className="faint">not said</span> : visibleText(image.architecture)}</td>
                <td className={styles.short}>{createdWords(image.createdAt)?.slice(0, 10) ?? <span className="faint">no date</span>}</td>
                <td data-number title={formatExactBytes(image.bytes)}>
                  {formatBytes(image.bytes)}
                </td>
                <td>
                  <span className={styles.badges}>
                    {image.isBootable && <Badge tone="accent">bootable</Badge>}
                    {image.isOurs && <Badge tone="green">by Diskwright</Badge>}
                    {image.usedBy.length > 0 && (
                      <Badge tone="amber" title={image.usedBy.map(visibleText).join(', ')}>
                        used by {image.usedBy.length}
                      </Badge>
                    )}
                  </span>
                </td>
                <td className={styles.buttons}>
                  <Button
                    size="xs"
                    leftSection={<PackageOpen size={14} aria-hidden />}
                    aria-label={`Look into it: ${label}`}
                    onClick={() => openContainer(referenceOf(image))}
                  >
                    Look into it
                  </Button>
                </td>
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

export function StoredContainers({ containers, chosen, onChoose }: { readonly containers: readonly StoredContainer[] } & ChosenProps) {
  return (
    <div className={`card ${styles.scroller}`}>
      <table className={styles.table} aria-label="Containers in the local storage">
        <thead>
          <tr>
            <th scope="col">Container</th>
            <th scope="col">Image</th>
            <th scope="col">State</th>
            <th scope="col">Made</th>
            <th scope="col" data-number>
              Own size
            </th>
          </tr>
        </thead>
        <tbody>
          {containers.map((container) => (
            <tr key={container.id} data-chosen={chosen.has(container.id) || undefined}>
              <th scope="row" className={styles.path}>
                <Checkbox
                  size="xs"
                  checked={chosen.has(container.id)}
                  onChange={() => onChoose(toggled(chosen, container.id))}
                  label={visibleText(container.name)}
                />
              </th>
              <td className={styles.path}>
                <GuestText text={container.image} />
              </td>
              <td>
                {visibleText(container.state)} {container.isOurs && <Badge tone="green">by Diskwright</Badge>}
              </td>
              <td className={styles.short}>{createdWords(container.createdAt)?.slice(0, 10) ?? <span className="faint">no date</span>}</td>
              <td data-number>
                {container.bytes === null ? (
                  <span className="faint">not known</span>
                ) : (
                  <span title={formatExactBytes(container.bytes)}>{formatBytes(container.bytes)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
