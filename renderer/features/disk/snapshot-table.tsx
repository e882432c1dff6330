import { Button } from '@mantine/core'
import type { DiskReport } from '#shared/images/disk-report'
import { formatBytes } from '#shared/text/bytes'
import { visibleText } from '../../components/visible-text.js'
import { actionProblem } from './disk-action.js'
import type { StartAction } from './disk-tab.js'
import styles from './disk-tab.module.css'

/** Internal snapshots, oldest first. */
export function SnapshotTable({ report, onStart }: { readonly report: DiskReport; readonly onStart: StartAction }) {
  const problem = actionProblem('create', report)
  if (problem !== null) return <p className="dim">{problem}</p>
  if (report.snapshots.length === 0) return <p className="dim">None. A snapshot keeps the present state in the image itself.</p>
  return (
    <table className={styles.table} aria-label="Snapshots">
      <thead>
        <tr>
          <th scope="col">Id</th>
          <th scope="col">Name</th>
          <th scope="col">Made</th>
          <th scope="col">Memory</th>
          <th scope="col" className={styles.buttons}>
            Actions
          </th>
        </tr>
      </thead>
      <tbody>
        {report.snapshots.map((snapshot) => (
          <tr key={snapshot.id}>
            <td>{visibleText(snapshot.id)}</td>
            <th scope="row">{visibleText(snapshot.name)}</th>
            <td>{new Date(snapshot.createdAt).toLocaleString()}</td>
            <td>{snapshot.stateBytes > 0 ? formatBytes(snapshot.stateBytes) : 'none'}</td>
            <td className={styles.buttons}>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Go back to ${visibleText(snapshot.name)}`}
                onClick={() => onStart({ kind: 'apply', snapshot })}
              >
                Go back…
              </Button>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Delete ${visibleText(snapshot.name)}`}
                onClick={() => onStart({ kind: 'delete', snapshot })}
              >
                Delete…
              </Button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
