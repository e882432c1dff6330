import { Checkbox, Modal } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { platformText } from '#shared/containers/platform-match'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import { parseReference, shortReference } from '#shared/containers/reference'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { ErrorNotice } from '../../components/error-notice.js'
import { DialogBody, FormRow, SubmitFooter } from '../../components/form-row.js'
import { elideMiddle, visibleText } from '../../components/visible-text.js'
import { JobRun } from '../jobs/job-run.js'
import { accessOf, useContainersStore } from './containers-store.js'
import { type Destination, destinationReference, NO_DESTINATION } from './destination.js'
import { DestinationPicker } from './destination-picker.js'
import dialog from './dialog-forms.module.css'
import { NO_SIGNING, SignChoice, signingRequest, unlockSigning } from './sign-choice.js'

interface CopyDialogProps {
  readonly report: ContainerReport
  readonly image: ContainerImage
  readonly onClose: () => void
}

/** Copies a container image as it is to another place. */
export function CopyDialog({ report, image, onClose }: CopyDialogProps) {
  const plainHosts = useContainersStore((store) => store.plainHosts)
  const [job, setJob] = useState<string | null>(null)
  const [to, setTo] = useState<Destination>(NO_DESTINATION)
  const [all, setAll] = useState(report.isIndex)
  const [keepDigests, setKeepDigests] = useState(false)
  const [signing, setSigning] = useState(NO_SIGNING)
  const { reference } = destinationReference(to)
  const sign = to.transport === 'docker' ? signingRequest(signing) : undefined
  const name = shortReference(parseReference(report.reference))
  const start = useMutation({
    mutationFn: async (destination: string) => {
      if (sign) await unlockSigning(signing)
      const input: JobInputDraft<'copy-container'> = {
        source: report.reference,
        destination,
        replace: to.chosen?.replace ?? false,
        all: report.isIndex && all,
        ...(report.isIndex && !all && image.platform !== null ? { platform: image.platform } : {}),
        keepDigests,
        ...(sign ? { sign } : {}),
        from: accessOf(report.reference, plainHosts) ?? {},
        to: accessOf(destination, plainHosts) ?? {},
      }
      return call('jobs.start', { kind: 'copy-container', input })
    },
    onSuccess: ({ id }) => setJob(id),
  })
  const run = () => reference !== null && start.mutate(reference)

  return (
    <Modal
      opened
      onClose={onClose}
      title={`Copy ${elideMiddle(visibleText(name), 60)}`}
      size={680}
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      {job !== null ? (
        <DialogBody>
          <JobRun id={job} onLeave={onClose} onAgain={() => setJob(null)} onAnew={run} />
        </DialogBody>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            if (sign !== null && !start.isPending) run()
          }}
        >
          <DialogBody>
            <FormRow name="To">
              <DestinationPicker value={to} suggested={fileName(name)} onChange={setTo} />
            </FormRow>
            <FormRow name="What">
              {report.isIndex ? (
                <Checkbox
                  mt={6}
                  checked={all}
                  onChange={(event) => setAll(event.currentTarget.checked)}
                  label={report.images.length === 2 ? 'Both images of the index' : `All ${report.images.length} images of the index`}
                  description={all ? undefined : `Only ${platformText(image.platform)}`}
                />
              ) : (
                <p className={dialog.line}>The image with all its layers, manifest and annotations</p>
              )}
              <Checkbox
                checked={keepDigests}
                onChange={(event) => setKeepDigests(event.currentTarget.checked)}
                label="Keep its digests"
                description="Fails rather than change the manifest to what the place takes. Signatures stay valid."
              />
            </FormRow>
            <FormRow name="Sign">
              <SignChoice value={signing} isPushed={to.transport === 'docker'} onChange={setSigning} />
            </FormRow>
            {start.isError && <ErrorNotice error={start.error} />}
          </DialogBody>
          <SubmitFooter
            word="Copy"
            icon={Copy}
            isReady={reference !== null && sign !== null}
            isStarting={start.isPending}
            onCancel={onClose}
          />
        </form>
      )}
    </Modal>
  )
}

function fileName(reference: string): string {
  const last =
    reference
      .replace(/@sha256:.*$/, '')
      .split('/')
      .at(-1) ?? 'image'
  return last.replace(/[^\w.-]+/g, '-')
}
