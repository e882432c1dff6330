import { Button, Menu } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { ChevronDown, FolderOpen, Rocket } from 'lucide-react'
import { call } from '../../api/client.js'
import { jobsQuery, recentsQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { EmptyState } from '../../components/empty-state.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { splitPath } from '../../components/format.js'
import { Screen } from '../../components/screen.js'
import { visibleText } from '../../components/visible-text.js'
import { openUploadsQuery } from '../../features/clouds/cloud-queries.js'
import { brokenUploads, leftUploads, runningUploads, uploadInput } from '../../features/clouds/upload-jobs.js'
import { useShipStore } from '../../features/clouds/ship-store.js'
import { BrokenRow, DraftRow, LeftRow, RunningRow } from './ship-rows.js'
import styles from './ship-list.module.css'

const OFFERED = 8

/** Where uploads begin, and where those are found that are not done. */
export function ShipList() {
  const drafts = useShipStore((store) => store.drafts)
  const { data: jobs = [] } = useQuery(jobsQuery)
  const running = runningUploads(jobs)
  // One that begins or ends while the list shows comes to another part of it.
  const queryKey = [...openUploadsQuery.queryKey, running.map(({ id }) => id)]
  const open = useQuery({ queryKey, queryFn: () => call('clouds.openUploads'), staleTime: 0, placeholderData: keepPreviousData })
  const broken = brokenUploads(open.data ?? [], jobs)
  const left = leftUploads(open.data ?? [])
  const shown = new Set([...running.map((job) => uploadInput(job)?.upload), ...broken.map(({ open: { upload } }) => upload)])
  const begun = Object.values(drafts)
    .filter(({ upload }) => !shown.has(upload))
    .toReversed()
  const isEmpty = running.length + broken.length + left.length + begun.length === 0
  return (
    <Screen title="Ship" facts="An image, to a cloud, a registry or an object store" actions={isEmpty ? undefined : <ChooseFile />}>
      {open.isError && <ErrorNotice error={open.error} onRetry={() => void open.refetch()} />}
      {running.length > 0 && (
        <List title="Running">
          {running.map((job) => (
            <RunningRow key={job.id} job={job} path={uploadInput(job)?.facts.path ?? ''} />
          ))}
        </List>
      )}
      {broken.length > 0 && (
        <List title="Broke off">
          {broken.map((one) => (
            <BrokenRow key={one.open.upload} broken={one} />
          ))}
        </List>
      )}
      {begun.length > 0 && (
        <List title="Begun">
          {begun.map((draft) => (
            <DraftRow key={draft.path} draft={draft} job={jobs.find(({ id }) => id === draft.job) ?? null} />
          ))}
        </List>
      )}
      {left.length > 0 && (
        <List title="Done, with something left there">
          {left.map((one) => (
            <LeftRow key={one.upload} open={one} />
          ))}
        </List>
      )}
      <div className={styles.zone} data-small={!isEmpty || undefined}>
        {isEmpty ? (
          <EmptyState icon={Rocket} title="Drop an image to ship it" actions={<ChooseFile filled />}>
            <p>
              It is converted on the way where the target needs that. Everything that can be checked is checked first, and an upload that
              breaks off goes on where it was.
            </p>
          </EmptyState>
        ) : (
          <p className="dim">Drop an image here to ship it</p>
        )}
      </div>
    </Screen>
  )
}

function List({ title, children }: { readonly title: string; readonly children: React.ReactNode }) {
  return (
    <section aria-label={title} className={styles.section}>
      <h3>{title}</h3>
      <ul className={`card ${styles.list}`}>{children}</ul>
    </section>
  )
}

/** The dialog, and the images that were open last. */
function ChooseFile({ filled = false }: { readonly filled?: boolean }) {
  const { reportFailure } = useAppActions()
  const { ship } = useShipStore.getState()
  const { data: recents = [] } = useQuery(recentsQuery)
  const offered = recents.filter(({ exists }) => exists).slice(0, OFFERED)
  const variant = filled ? 'filled' : 'default'
  return (
    <Button.Group>
      <Button
        variant={variant}
        leftSection={<FolderOpen size={16} aria-hidden />}
        onClick={() => void call('images.choose').then(ship, reportFailure)}
      >
        Choose an image…
      </Button>
      {offered.length > 0 && (
        <Menu position="bottom-end" transitionProps={{ duration: 80 }}>
          <Menu.Target>
            <Button variant={variant} px={7} aria-label="Ship a recent image">
              <ChevronDown size={14} aria-hidden />
            </Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Label>Open and recent images</Menu.Label>
            {offered.map(({ path }) => (
              <Menu.Item key={path} title={visibleText(path)} onClick={() => ship([path])}>
                {visibleText(splitPath(path).name)}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Button.Group>
  )
}
