import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Boxes, Copy, HardDriveDownload, RotateCw, ShieldAlert, ShieldCheck, ShieldQuestion } from 'lucide-react'
import { useState } from 'react'
import type { ContainerImage, ContainerIndex, ContainerReport } from '#shared/containers/container-report'
import { parseReference, shortReference } from '#shared/containers/reference'
import { isBootable } from '#shared/containers/bootable-labels'
import { platformText } from '#shared/containers/platform-match'
import { formatBytes, formatExactBytes } from '#shared/text/bytes'
import { Badge } from '../../components/badge.js'
import { CopyButton } from '../../components/copy-button.js'
import { GuestText } from '../../components/guest-text.js'
import { Note } from '../../components/note.js'
import { visibleText } from '../../components/visible-text.js'
import { BuildDiskDialog } from './build-disk-dialog.js'
import { CopyDialog } from './copy-dialog.js'
import { createdWords, shortDigest, SIGNATURE_WORDS } from './container-words.js'
import styles from './report-head.module.css'

interface ReportHeadProps {
  readonly report: ContainerReport
  readonly image: ContainerImage
  readonly index: ContainerIndex | null
  readonly onReload: () => void
}

const SHIELDS = { green: ShieldCheck, red: ShieldAlert, amber: ShieldQuestion, neutral: ShieldQuestion, accent: ShieldQuestion } as const

/** What the reference leads to: when it was made, how large it is, whether it is signed, and what else can be done with it. */
export function ReportHead({ report, image, index, onReload }: ReportHeadProps) {
  const [dialog, setDialog] = useState<'copy' | 'build' | null>(null)
  const signature = SIGNATURE_WORDS[report.signature.state]
  const Shield = SHIELDS[signature.tone]
  const created = createdWords(image.createdAt)
  const offersDisk = isBootable(image.labels) || (index?.state === 'done' && index.candidates.length === 0 && image.kind === 'image')
  return (
    <section className={`card ${styles.head}`} aria-label="The container image">
      <header className={styles.top}>
        <div className={styles.words}>
          <h2 className={styles.name}>
            <GuestText text={shortReference(parseReference(report.reference))} />
          </h2>
          <ul className={styles.facts} aria-label="About the container image">
            <li>
              <strong>{kindWords(report, image)}</strong>
            </li>
            {image.platform !== null && <li>{visibleText(platformText(image.platform))}</li>}
            <li title={formatExactBytes(image.bytes)}>
              <strong>{formatBytes(image.bytes)}</strong> to read
            </li>
            <li>{created === null ? 'no date said' : `made ${created}`}</li>
            <li className={styles.digest} title={report.digest}>
              <span className="mono">{shortDigest(report.digest)}</span>
              <CopyButton text={report.digest} label="Copy digest" />
            </li>
            <li>
              <Badge tone={signature.tone} icon={<Shield size={12} aria-hidden />} title={visibleText(report.signature.detail)}>
                {signature.words}
              </Badge>
            </li>
          </ul>
        </div>
        <div className={styles.actions}>
          <Tooltip label="Ask again: a tag may lead to something newer">
            <ActionIcon size={32} aria-label="Ask again" onClick={onReload}>
              <RotateCw size={15} aria-hidden />
            </ActionIcon>
          </Tooltip>
          {offersDisk && (
            <Button size="xs" leftSection={<HardDriveDownload size={14} aria-hidden />} onClick={() => setDialog('build')}>
              Make a disk of it…
            </Button>
          )}
          <Button size="xs" leftSection={<Copy size={14} aria-hidden />} onClick={() => setDialog('copy')}>
            Copy to…
          </Button>
        </div>
      </header>
      {signature.blocks && (
        <Note tone="red" title="The policy of this machine does not allow this image">
          <p>{visibleText(report.signature.detail)}</p>
        </Note>
      )}
      {signature.tone === 'amber' && <p className="dim">{visibleText(report.signature.detail)}</p>}
      {isBootable(image.labels) && (
        <p className={styles.bootable}>
          <Boxes size={14} aria-hidden /> A bootable container: there is a system in it, and a disk can be made of it.
        </p>
      )}
      {report.mirror !== null && <p className="dim">The mirror {visibleText(report.mirror)} answered.</p>}
      {report.plainHttp && (
        <Note tone="amber">
          <p>
            <strong>It comes without TLS</strong>: the content is checked against its digest, the digest itself against nothing.
          </p>
        </Note>
      )}
      {report.notes.map((note) => (
        <p key={note} className="dim">
          {visibleText(note)}
        </p>
      ))}
      {dialog === 'copy' && <CopyDialog report={report} image={image} onClose={() => setDialog(null)} />}
      {dialog === 'build' && <BuildDiskDialog reference={report.reference} onClose={() => setDialog(null)} />}
    </section>
  )
}

function kindWords(report: ContainerReport, image: ContainerImage): string {
  if (report.isIndex) return `Index of ${report.images.length} ${report.images.length === 1 ? 'image' : 'images'}`
  if (image.kind === 'image') return 'Image'
  return image.artifactType === null ? 'Artifact' : `Artifact ${visibleText(image.artifactType)}`
}
