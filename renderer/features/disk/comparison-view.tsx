import type { Comparison, DifferentFile } from '#shared/images/comparison'
import type { Partition } from '#shared/images/image-info'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { partitionName } from '../images/partition-layout.js'
import styles from './comparison-view.module.css'

const CHANGES: Readonly<Record<DifferentFile['change'], string>> = {
  added: 'only in the other',
  removed: 'not in the other',
  content: 'other content',
  attributes: 'other attributes',
  time: 'other time',
}

/** Where two images differ: files first, then places of the disk. */
export function ComparisonView({ comparison, partitions }: { readonly comparison: Comparison; readonly partitions: readonly Partition[] }) {
  const { identical, differentBytes, files, fileCount, ranges, rangeCount, notCompared } = comparison
  if (identical) return <Note tone="green" title="The guest sees the same in both" />
  const nameOf = (number: number | null): string => {
    const partition = partitions.find((one) => one.number === number)
    return partition === undefined ? 'outside of partitions' : visibleText(`${number} ${partitionName(partition)}`)
  }
  return (
    <section className={styles.view} aria-label="Differences">
      <p>
        <strong>{formatBytes(differentBytes)}</strong> differ, in {rangeCount === 1 ? 'one place' : `${rangeCount} places`}
      </p>
      {fileCount > 0 && (
        <div className={styles.scroll}>
          <table className={styles.table} aria-label="Files that differ">
            <tbody>
              {files.map(({ partition, path, change, detail }) => (
                <tr key={`${partition}${path}${change}`}>
                  <td className="dim">{nameOf(partition)}</td>
                  <th scope="row">{visibleText(path)}</th>
                  <td>
                    {CHANGES[change]}
                    {detail !== '' && <span className="dim"> {visibleText(detail)}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {fileCount > files.length && <p className="dim">{fileCount - files.length} more files</p>}
      {notCompared.map(({ partition, reason }) => (
        <p key={partition} className="dim">
          Files of {nameOf(partition)} not compared: {visibleText(reason)}
        </p>
      ))}
      <div className={styles.scroll}>
        <table className={styles.table} aria-label="Places that differ">
          <tbody>
            {ranges.map(({ start, length, partition }) => (
              <tr key={start}>
                <td className="dim">{nameOf(partition)}</td>
                <th scope="row">from {formatExactBytes(start)}</th>
                <td>{formatBytes(length)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rangeCount > ranges.length && <p className="dim">{rangeCount - ranges.length} more places</p>}
    </section>
  )
}
