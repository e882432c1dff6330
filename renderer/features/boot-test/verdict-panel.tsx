import { Button } from '@mantine/core'
import { FolderSearch, HardDrive, Save } from 'lucide-react'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import { AppError } from '#shared/errors/app-error'
import type { Job } from '#shared/jobs/job'
import { shellLine } from '#shared/text/shell-quote'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { CommandBlock } from '../../components/command-block.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { EvidenceList } from './evidence-list.js'
import { TimeLine } from './time-line.js'
import styles from './verdict-panel.module.css'

/** What the test found, and the lines that say so. */
export function VerdictPanel({ job, report }: { readonly job: Job; readonly report: BootTestReport }) {
  const { reportFailure, openImages } = useAppActions()
  const { kept, unkept } = report
  return (
    <aside className={`card ${styles.panel}`} aria-label="Verdict">
      <h2>Verdict</h2>
      <p>{visibleText(report.reason)}</p>
      {kept !== undefined && (
        <div className={styles.keeping}>
          <p>Its disk is kept as a new image:</p>
          <PathText path={kept} />
          <Button leftSection={<HardDrive size={15} aria-hidden />} onClick={() => openImages([kept])}>
            Open the kept image
          </Button>
        </div>
      )}
      {unkept !== undefined && <Unkept unkept={unkept} />}
      <EvidenceList evidence={report.evidence} missing={report.missing} missingWords="not seen" />
      {report.accelerator.used === 'tcg' && <p className="caption">{visibleText(report.accelerator.reason)}</p>}
      {report.notes.map((note) => (
        <p key={note} className="caption">
          {visibleText(note)}
        </p>
      ))}
      <section className={styles.part} aria-label="Time line">
        <h3>Time line</h3>
        <TimeLine timeline={report.timeline} seconds={report.seconds} />
        {report.restarts > 0 && <p className="caption">The guest restarted {count(report.restarts, 'time')}.</p>}
      </section>
      {report.metadata !== undefined && <Metadata metadata={report.metadata} />}
      <section className={styles.part} aria-label="Command of the machine">
        <h3>Command</h3>
        <details className={styles.command}>
          <summary>What qemu was started with</summary>
          <CommandBlock commands={[report.command]} />
        </details>
      </section>
      <footer className={styles.actions}>
        <Button leftSection={<Save size={15} aria-hidden />} onClick={() => call('bootTest.saveLog', { id: job.id }).catch(reportFailure)}>
          Save serial log…
        </Button>
        <Button
          variant="subtle"
          leftSection={<FolderSearch size={15} aria-hidden />}
          onClick={() => call('host.reveal', { path: report.serial.path }).catch(reportFailure)}
        >
          Show serial log in folder
        </Button>
      </footer>
    </aside>
  )
}

/** Why its disk was not kept, and where it is to be had where it is still there. */
function Unkept({ unkept: { error, disk } }: { readonly unkept: NonNullable<BootTestReport['unkept']> }) {
  return (
    <>
      <ErrorNotice error={AppError.fromData(error)} />
      {disk === null ? (
        <p className="caption">What the guest wrote was let go.</p>
      ) : (
        <>
          <p className="caption">
            What the guest wrote is still there, over the image that was tested, until what tests left is cleaned up:
          </p>
          <CommandBlock commands={[shellLine(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'qcow2', disk, 'NEW.qcow2'])]} />
        </>
      )}
    </>
  )
}

/** What the guest asked its metadata service for. */
function Metadata({ metadata: { requests } }: { readonly metadata: NonNullable<BootTestReport['metadata']> }) {
  return (
    <section className={styles.part} aria-label="Metadata service">
      <h3>Metadata service</h3>
      {requests.length === 0 ? (
        <p className="dim">The guest asked it for nothing.</p>
      ) : (
        <details className={styles.command}>
          <summary>{count(requests.length, 'request')} of the guest</summary>
          <ul className={styles.requests}>
            {requests.map(({ method, path, status, seconds }) => (
              <li key={`${seconds}${method}${path}`}>
                <code>
                  {status} {method} {visibleText(path)}
                </code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}
