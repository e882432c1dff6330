import { Radio } from '@mantine/core'
import { HardDrive } from 'lucide-react'
import type { DiskCandidate } from '#shared/containers/container-report'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { GuestText } from '../../components/guest-text.js'
import { visibleText } from '../../components/visible-text.js'
import styles from './choice-table.module.css'

interface CandidateTableProps {
  readonly candidates: readonly DiskCandidate[]
  readonly chosen: string
  /** Null where there is nothing to choose. */
  readonly onChoose: ((path: string) => void) | null
}

/** What was found to be a disk, the likeliest first, and why it stands where it stands. */
export function CandidateTable({ candidates, chosen, onChoose }: CandidateTableProps) {
  return (
    <div className={`${styles.framed} ${styles.scroller}`}>
      <table className={styles.table} aria-label="Disks in the container image">
        <thead>
          <tr>
            <th scope="col">Disk</th>
            <th scope="col">Format</th>
            <th scope="col" data-number>
              Virtual
            </th>
            <th scope="col" data-number>
              In the image
            </th>
          </tr>
        </thead>
        <tbody>
          {candidates.map((candidate) => (
            <tr
              key={candidate.path}
              data-chosen={(onChoose !== null && candidate.path === chosen) || undefined}
              onClick={() => onChoose?.(candidate.path)}
            >
              <th scope="row" className={styles.path}>
                {onChoose === null ? (
                  <>
                    <HardDrive size={14} aria-hidden /> <GuestText text={candidate.path} />
                    <span className={styles.under}>{visibleText(candidate.reason)}</span>
                  </>
                ) : (
                  <Radio
                    value={candidate.path}
                    size="xs"
                    label={<GuestText text={candidate.path} />}
                    description={visibleText(candidate.reason)}
                  />
                )}
              </th>
              <td>
                {visibleText(candidate.label)}
                {(candidate.compression !== null || candidate.parts.length > 0) && (
                  <span className={styles.under}>{packedWords(candidate)}</span>
                )}
              </td>
              <td data-number>
                {candidate.virtualBytes === null ? (
                  <span className="faint">not known yet</span>
                ) : (
                  <span title={formatExactBytes(candidate.virtualBytes)}>{formatBytes(candidate.virtualBytes)}</span>
                )}
              </td>
              <td data-number title={formatExactBytes(candidate.bytes)}>
                {formatBytes(candidate.bytes)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function packedWords({ compression, parts }: DiskCandidate): string {
  return [compression === null ? null : `compressed with ${compression}`, parts.length === 0 ? null : `in ${parts.length} parts`]
    .filter((part) => part !== null)
    .join(', ')
}
