import { useQuery } from '@tanstack/react-query'
import type { ImageInfo, Partition } from '#shared/images/image-info'
import { formatBytes } from '#shared/text/bytes'
import { ErrorNotice } from '../../components/error-notice.js'
import { visibleText } from '../../components/visible-text.js'
import { filesystemColour, partitionName } from '../images/partition-layout.js'
import styles from './data-map.module.css'
import { dataIn, dataRuns } from './data-runs.js'
import { diskMapQuery } from './disk-queries.js'

const SHOWN_LEVELS = [0, 0.6, 0.75, 0.9, 1] as const

/** Where the image holds data, to scale: the colour says what the partition is, the strength how much of the place is data. */
export function DataMap({ info }: { readonly info: ImageInfo }) {
  const map = useQuery(diskMapQuery(info.path))
  if (map.isError) return <ErrorNotice error={map.error} onRetry={() => void map.refetch()} />
  if (map.data === undefined) return <div className={styles.map} aria-hidden />
  const { partitions } = info
  const { cells, dataBytes, virtualBytes, extentCount } = map.data
  const amounts = dataIn(map.data, partitions)
  const words = partitions.map(
    (partition, index) => `${nameOf(partition)} ${formatBytes(amounts[index] ?? 0)} of ${formatBytes(partition.sizeBytes)}`,
  )
  const outside = amounts.at(-1) ?? 0
  const all = [...words, ...(outside > 0 ? [`outside of partitions ${formatBytes(outside)}`] : [])]
  const runs = extentCount === 1 ? 'one run' : `${extentCount} runs`
  return (
    <figure className={styles.figure}>
      <svg
        className={styles.map}
        role="img"
        aria-label={`Data by place: ${formatBytes(dataBytes)} of ${formatBytes(virtualBytes)}; ${all.join('; ')}`}
        viewBox={`0 0 ${Math.max(1, cells.length)} 1`}
        preserveAspectRatio="none"
      >
        {dataRuns(map.data, partitions)
          .filter(({ level }) => level > 0)
          .map(({ start, length, level, partition }) => (
            <rect
              key={start}
              x={start}
              y={0}
              width={length}
              height={1}
              fill={partition < 0 ? 'var(--dw-fs-none)' : filesystemColour(partitions[partition]?.filesystem?.kind ?? null)}
              fillOpacity={SHOWN_LEVELS[level] ?? 1}
            />
          ))}
      </svg>
      <figcaption className={styles.caption}>
        {formatBytes(dataBytes)} of data in {formatBytes(virtualBytes)}, in {runs} of data and zeros
        {words.length > 0 && <span>: {all.join(' · ')}</span>}
      </figcaption>
    </figure>
  )
}

function nameOf(partition: Partition): string {
  return partition.number === 0 ? 'whole disk' : visibleText(`${partition.number} ${partitionName(partition)}`)
}
