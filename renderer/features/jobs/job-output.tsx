import { Button } from '@mantine/core'
import { ArrowRightLeft, CircleCheck, FolderSearch, HardDrive, PackageOpen, Rocket, TriangleAlert } from 'lucide-react'
import type { JobOutput } from '#shared/jobs/job'
import type { JobKind } from '#shared/jobs/job-requests'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { call } from '../../api/client.js'
import { useAppActions } from '../../components/app-actions.js'
import { CopyButton } from '../../components/copy-button.js'
import { PathText } from '../../components/path-text.js'
import { visibleText } from '../../components/visible-text.js'
import { UploadResultView } from '../clouds/upload-result.js'
import styles from './job-output.module.css'
import { isNotPassed } from './job-words.js'

interface JobOutputViewProps {
  readonly output: JobOutput
  readonly kind: JobKind
  /** Of an upload: what its journal is called. */
  readonly upload?: string | undefined
  /** Called before the window goes somewhere else, for a dialog that must close. */
  readonly onLeave?: () => void
}

/** What a job made, what was proven about it, and where to go from there. */
export function JobOutputView({ output, kind, upload, onLeave }: JobOutputViewProps) {
  const { openImages, convert, openContainer, ship, reportFailure } = useAppActions()
  const { container } = output
  const isFile = output.path.startsWith('/')
  const isImage = isFile && makesImage(kind, output)
  const leave = (go: () => void) => () => {
    onLeave?.()
    go()
  }
  return (
    <div className={styles.output}>
      <div className={styles.line}>
        {isFile ? <PathText path={output.path} /> : <span className="mono">{visibleText(container?.reference ?? output.path)}</span>}
        <span className="dim" title={formatExactBytes(output.bytes)}>
          {formatBytes(output.bytes)}
        </span>
      </div>
      {output.proofs.length > 0 && (
        <ul className={styles.proofs}>
          {output.proofs.map((proof) => (
            <li key={proof}>
              {proof.startsWith('Left out') || isNotPassed(output) ? (
                <TriangleAlert size={14} data-tone="amber" aria-hidden />
              ) : (
                <CircleCheck size={14} aria-hidden />
              )}
              {visibleText(proof)}
            </li>
          ))}
        </ul>
      )}
      {container !== undefined && (
        <dl className={styles.more}>
          <div>
            <dt>{kind === 'extract-container' ? 'From' : 'Image'}</dt>
            <dd className={styles.digest}>
              <span className="mono truncate" title={visibleText(container.reference)}>
                {visibleText(container.reference)}
              </span>
              <CopyButton text={container.reference} label="Copy reference" />
            </dd>
          </div>
          <div>
            <dt>Digest</dt>
            <dd className={styles.digest}>
              <span className="mono truncate" title={container.digest}>
                {container.digest}
              </span>
              <CopyButton text={container.digest} label="Copy digest" />
            </dd>
          </div>
        </dl>
      )}
      {(output.engine !== undefined || output.backup !== undefined || output.sha256 !== undefined) && (
        <dl className={styles.more}>
          {output.engine !== undefined && (
            <div>
              <dt>Engine</dt>
              <dd>{output.engine}</dd>
            </div>
          )}
          {output.backup !== undefined && (
            <div>
              <dt>Backup</dt>
              <dd>
                <PathText path={output.backup} />
              </dd>
            </div>
          )}
          {output.sha256 !== undefined && (
            <div>
              <dt>SHA-256</dt>
              <dd className={styles.digest}>
                <span className="mono truncate" title={output.sha256}>
                  {output.sha256}
                </span>
                <CopyButton text={output.sha256} label="Copy SHA-256" />
              </dd>
            </div>
          )}
        </dl>
      )}
      {output.upload !== undefined && upload !== undefined && <UploadResultView result={output.upload} upload={upload} />}
      <div className={styles.actions}>
        {isImage && (
          <>
            <Button size="xs" leftSection={<HardDrive size={14} aria-hidden />} onClick={leave(() => openImages([output.path]))}>
              Open image
            </Button>
            <Button size="xs" leftSection={<ArrowRightLeft size={14} aria-hidden />} onClick={leave(() => convert([output.path]))}>
              Convert it…
            </Button>
          </>
        )}
        {container !== undefined && MAKES_CONTAINER.has(kind) && (
          <Button size="xs" leftSection={<PackageOpen size={14} aria-hidden />} onClick={leave(() => openContainer(container.reference))}>
            Look into it
          </Button>
        )}
        {isFile && SHIPPED.has(kind) && (
          <Button size="xs" leftSection={<Rocket size={14} aria-hidden />} onClick={leave(() => ship(output.path))}>
            Upload…
          </Button>
        )}
        {isFile && (
          <Button
            size="xs"
            leftSection={<FolderSearch size={14} aria-hidden />}
            onClick={() => call('host.reveal', { path: output.path }).catch(reportFailure)}
          >
            Show in folder
          </Button>
        )}
      </div>
    </div>
  )
}

/** What these make is often made to be sent somewhere. */
const SHIPPED: ReadonlySet<JobKind> = new Set(['convert-image', 'save-image', 'package-container', 'build-disk'])

const MAKES_CONTAINER: ReadonlySet<JobKind> = new Set(['package-container', 'copy-container'])

/** Any file or folder can be taken out of a container image: only what is a disk is offered to be opened. */
function makesImage(kind: JobKind, { isDisk }: JobOutput): boolean {
  if (kind === 'upload-image' || kind === 'extract-files' || kind === 'test-boot' || MAKES_CONTAINER.has(kind)) return false
  return kind !== 'extract-container' || isDisk === true
}
