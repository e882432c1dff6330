import type { ReactNode } from 'react'
import type { ImageInfo, Partition } from '#shared/images/image-info'
import { formatBytes } from '#shared/text/bytes'
import { visibleText } from '../../components/visible-text.js'
import { contentName, filesystemColour, mapSegments, partitionName } from './partition-layout.js'
import styles from './partition-map.module.css'

function usedWords(partition: Partition): string {
  const used = partition.filesystem?.usedBytes
  return used === null || used === undefined ? '' : `, ${formatBytes(used)} used`
}

function words(partition: Partition): string {
  const number = partition.number === 0 ? '' : `${partition.number} · `
  return `${number}${visibleText(partitionName(partition))} · ${visibleText(contentName(partition))} · ${formatBytes(partition.sizeBytes)}${usedWords(partition)}`
}

function usedShare(partition: Partition): number | null {
  const used = partition.filesystem?.usedBytes ?? null
  return used === null || partition.sizeBytes === 0 ? null : Math.min(1, used / partition.sizeBytes)
}

/** The disk to scale: one colour per kind of content, the part in use darker than the free part. `aside` stands at the end of its legend. */
export function PartitionMap({ info, aside }: { readonly info: ImageInfo; readonly aside?: ReactNode }) {
  const segments = mapSegments(info)
  const label = segments
    .map(({ partition, sizeBytes }) => (partition === null ? `unallocated ${formatBytes(sizeBytes)}` : words(partition)))
    .join('; ')
  return (
    <figure className={styles.figure}>
      <div className={styles.map} role="img" aria-label={`Partition map: ${label}`}>
        {segments.map(({ partition, sizeBytes, share }, index) => {
          if (partition === null) {
            return (
              // A gap has only its place
              <span
                key={`gap${index}`}
                className={styles.gap}
                style={{ flexGrow: share }}
                title={`Unallocated · ${formatBytes(sizeBytes)}`}
              />
            )
          }
          const used = usedShare(partition)
          return (
            <span
              key={partition.number}
              className={styles.segment}
              style={{ flexGrow: share, background: filesystemColour(partition.filesystem?.kind ?? null) }}
              title={`${words(partition)}\n${partition.typeName}`}
            >
              <span className={styles.name}>{partition.isEsp ? 'EFI' : visibleText(partitionName(partition))}</span>
              {used !== null && <span className={styles.used} style={{ width: `${(used * 100).toFixed(1)}%` }} />}
            </span>
          )
        })}
      </div>
      <figcaption className={styles.caption}>
        <ul className={styles.legend}>
          {segments.map(({ partition, sizeBytes }, index) => (
            <li key={partition?.number ?? `gap${index}`}>
              <span
                className={partition === null ? styles.gapSwatch : styles.swatch}
                style={partition === null ? undefined : { background: filesystemColour(partition.filesystem?.kind ?? null) }}
                aria-hidden
              />
              {partition === null ? `unallocated · ${formatBytes(sizeBytes)}` : words(partition)}
            </li>
          ))}
        </ul>
        {aside}
      </figcaption>
    </figure>
  )
}
