import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { RotateCw } from 'lucide-react'
import type { DoctorReport } from '#shared/tools/doctor'
import { call } from '../../api/client.js'
import { doctorQuery } from '../../api/queries.js'
import { useAppActions } from '../../components/app-actions.js'
import { CommandBlock } from '../../components/command-block.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { Note } from '../../components/note.js'
import { Screen } from '../../components/screen.js'
import { SkeletonRows } from '../../components/skeleton-rows.js'
import { EngineTable } from './engine-table.js'
import { ToolTable } from './tool-table.js'
import styles from './tools-screen.module.css'

/** The doctor: what Diskwright runs, whether it works here, and what to install where it does not. */
export function ToolsScreen() {
  const doctor = useQuery(doctorQuery)
  const client = useQueryClient()
  const { reportFailure } = useAppActions()
  const again = useMutation({
    mutationFn: () => call('tools.doctor', { refresh: true }),
    onSuccess: (report) => client.setQueryData(doctorQuery.queryKey, report),
    onError: reportFailure,
  })

  return (
    <Screen
      title="Tools"
      facts="Programs that Diskwright runs for you, and what it found of them"
      actions={
        <Button
          leftSection={<RotateCw size={15} className={again.isPending ? 'spin' : undefined} aria-hidden />}
          disabled={again.isPending || doctor.isPending}
          onClick={() => again.mutate()}
        >
          {again.isPending ? 'Checking' : 'Check again'}
        </Button>
      }
    >
      {doctor.isPending && (
        <div className={`card ${styles.pending}`} role="status" aria-label="Checking tools">
          <SkeletonRows rows={7} />
        </div>
      )}
      {doctor.isError && <ErrorNotice error={doctor.error} onRetry={() => again.mutate()} />}
      {doctor.isSuccess && <Report report={doctor.data} />}
    </Screen>
  )
}

function Report({ report }: { readonly report: DoctorReport }) {
  return (
    <>
      <Verdict report={report} />
      <EngineTable engines={report.engines} sandbox={report.sandbox} kvm={report.kvm} />
      <ToolTable tools={report.tools} />
    </>
  )
}

function Verdict({ report }: { readonly report: DoctorReport }) {
  if (report.ok && report.installAll === null) return <Note tone="green" title="Everything that Diskwright needs is here" />
  return (
    <div className={styles.verdict}>
      {report.ok ? (
        <Note tone="neutral" title="Everything that is needed is here">
          <p>Some tools that would help are missing.</p>
        </Note>
      ) : (
        <Note tone="amber" title="Something that is needed is missing or too old" />
      )}
      {report.installAll !== null && <CommandBlock commands={[report.installAll]} />}
    </div>
  )
}
