import { useQuery } from '@tanstack/react-query'
import { findSubformat, FORMATS, imageFormat } from '#shared/images/formats'
import type { ImageInfo } from '#shared/images/image-info'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { Fact, Facts } from '../../components/fact.js'
import { diskMapQuery, diskSizesQuery } from './disk-queries.js'
import styles from './disk-tab.module.css'

/** What the image takes, what compacting could save at most, and what it would take in other formats. */
export function SizeTable({ info }: { readonly info: ImageInfo }) {
  const map = useQuery(diskMapQuery(info.path))
  const sizes = useQuery(diskSizesQuery(info.path))
  const free = unusedBytes(info, map.data?.dataBytes)
  return (
    <>
      <Facts>
        <Fact name="On disk">
          <span title={formatExactBytes(info.onDiskBytes)}>{formatBytes(info.onDiskBytes)}</span> as {imageFormat(info.format).label}
        </Fact>
        <Fact name="Compacting saves">
          {free === undefined
            ? 'Working it out…'
            : free === null
              ? 'as much as the file systems do not use'
              : free === 0
                ? 'little or nothing'
                : `about ${formatBytes(free)}`}
        </Fact>
      </Facts>
      {sizes.data !== undefined && (
        <details className={styles.more}>
          <summary>In other formats</summary>
          <table className={styles.table} aria-label="What it would take in each format">
            <thead>
              <tr>
                <th scope="col">Format</th>
                <th scope="col" className={styles.number}>
                  Takes
                </th>
              </tr>
            </thead>
            <tbody>
              {sizes.data.map(({ format, subformat, bytes, basis }) => (
                <tr key={`${format} ${subformat}`}>
                  <th scope="row">
                    {FORMATS[format].label} <span className="dim">{findSubformat(format, subformat)?.label ?? subformat}</span>
                  </th>
                  <td className={styles.number}>
                    {basis === 'estimated' && 'about '}
                    {formatBytes(bytes)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </details>
      )}
    </>
  )
}

/** Data that no file system says to use; null where one does not tell, undefined while the map is not there. */
export function unusedBytes({ partitions }: Pick<ImageInfo, 'partitions'>, dataBytes: number | undefined): number | null | undefined {
  if (dataBytes === undefined) return undefined
  let used = 0
  for (const { filesystem } of partitions) {
    if (filesystem === null) continue
    if (filesystem.usedBytes === null) return null
    used += filesystem.usedBytes
  }
  return Math.max(0, dataBytes - used)
}
