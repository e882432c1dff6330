import { Button, Tabs } from '@mantine/core'
import { useEffect } from 'react'
import type { ContainerIndex, ContainerReport } from '#shared/containers/container-report'
import { AppError } from '#shared/errors/app-error'
import { CountBadge } from '../../components/badge.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { count } from '../../components/format.js'
import { ContainerFiles } from './container-files.js'
import { shownImage } from './container-words.js'
import { useContainersStore } from './containers-store.js'
import { DiskChoice } from './disk-choice.js'
import styles from './found-image.module.css'
import { IndexLine } from './index-line.js'
import { indexKey, type IndexRequest, lookInto, useIndexStore } from './index-store.js'
import { LabelTable, LayerTable } from './layer-table.js'
import { PlatformChoice } from './platform-choice.js'
import { ReportHead } from './report-head.js'
import { TakingOut } from './taking-out.js'
import type { TakenFrom } from './use-take-out.js'

interface FoundImageProps {
  readonly report: ContainerReport
  readonly access: { plainHttp: true } | undefined
  readonly onReload: () => void
}

/** An image that was found: what it is, and what is in it, which fills while it is read. */
export function FoundImage({ report, access, onReload }: FoundImageProps) {
  const chosen = useContainersStore((store) => store.platform)
  const choosePlatform = useContainersStore((store) => store.choosePlatform)
  const taking = useContainersStore((store) => store.taking)
  const image = shownImage(report, chosen)
  const request: IndexRequest = {
    reference: report.reference,
    digest: report.digest,
    ...(report.isIndex && image?.platform ? { platform: image.platform } : {}),
    access,
  }
  const { index, error, again } = useLook(request)
  if (image === undefined) return null
  const from: TakenFrom = { report, image, access }

  return (
    <>
      <ReportHead report={report} image={image} index={index} onReload={onReload} />
      {report.isIndex && <PlatformChoice images={report.images} shown={image.digest} onChoose={choosePlatform} />}
      {taking !== null && <TakingOut key={taking.job} taking={taking} />}
      <section className={`card ${styles.content}`} aria-label="What is in it">
        {index !== null && <IndexLine index={index} />}
        {error !== null && <ErrorNotice error={error} onRetry={again} />}
        {index?.state === 'failed' && <IndexFailure index={index} onAgain={again} />}
        <Tabs defaultValue="disks" keepMounted={false}>
          <Tabs.List aria-label="Content of the container image">
            <Tabs.Tab value="disks" rightSection={<CountBadge amount={index?.candidates.length ?? 0} label="disks" />}>
              Disks
            </Tabs.Tab>
            <Tabs.Tab value="files">Files</Tabs.Tab>
            <Tabs.Tab value="layers" rightSection={<CountBadge amount={image.layers.length} label="layers" tone="neutral" />}>
              Layers
            </Tabs.Tab>
            <Tabs.Tab value="labels" rightSection={<CountBadge amount={labelsOf(image)} label="labels and annotations" tone="neutral" />}>
              Labels
            </Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="disks" className={styles.panel ?? ''}>
            <DiskChoice from={from} index={index} />
          </Tabs.Panel>
          <Tabs.Panel value="files" className={styles.panel ?? ''}>
            {index !== null && <ContainerFiles key={index.id} from={from} index={index} />}
          </Tabs.Panel>
          <Tabs.Panel value="layers" className={styles.panel ?? ''}>
            <LayerTable layers={image.layers} />
          </Tabs.Panel>
          <Tabs.Panel value="labels" className={styles.panel ?? ''}>
            <LabelTable labels={image.labels} annotations={image.annotations} />
          </Tabs.Panel>
        </Tabs>
      </section>
    </>
  )
}

function labelsOf({ labels, annotations }: { readonly labels: object; readonly annotations: object }): number {
  return Object.keys(labels).length + Object.keys(annotations).length
}

/** Begins to look into the image when it shows; one that was looked into already goes on. */
function useLook(request: IndexRequest): { index: ContainerIndex | null; error: unknown; again: () => void } {
  const { key, index, error } = useIndexStore()
  const wanted = indexKey(request)
  const again = () => void lookInto(request)
  useEffect(() => {
    if (useIndexStore.getState().key !== wanted) again()
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the key holds all of the request
  }, [wanted])
  return key === wanted ? { index, error, again } : { index: null, error: null, again }
}

function IndexFailure({ index, onAgain }: { readonly index: ContainerIndex; readonly onAgain: () => void }) {
  if (index.error !== undefined) return <ErrorNotice error={AppError.fromData(index.error)} onRetry={onAgain} />
  return (
    <div role="alert" className={styles.failed}>
      <p>It could not be read to its end. {count(index.candidates.length, 'disk was', 'disks were')} found until then.</p>
      <Button size="xs" onClick={onAgain}>
        Read it again
      </Button>
    </div>
  )
}
