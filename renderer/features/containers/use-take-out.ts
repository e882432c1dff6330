import { useMutation } from '@tanstack/react-query'
import type { ContainerImage, ContainerReport } from '#shared/containers/container-report'
import type { JobInputDraft } from '#shared/jobs/job-requests'
import { call } from '../../api/client.js'
import { SIGNATURE_WORDS } from './container-words.js'
import { useContainersStore } from './containers-store.js'

/** The image that something is taken from, as it was looked at. */
export interface TakenFrom {
  readonly report: ContainerReport
  readonly image: ContainerImage
  readonly access: { plainHttp: true } | undefined
}

export interface TakeOutRequest {
  readonly path: string
  /** Name to offer in the dialog. */
  readonly name: string
  readonly unpack: boolean
  readonly via: 'auto' | 'stream' | 'podman'
  /** Opens what was made when it is there. */
  readonly opens: boolean
}

/** What the job is asked for: the very image that was looked at, even if its tag was moved since. */
function extractInput(
  { report, image, access }: TakenFrom,
  { path, unpack, via }: Pick<TakeOutRequest, 'path' | 'unpack' | 'via'>,
  output: { readonly path: string; readonly replace: boolean },
): JobInputDraft<'extract-container'> {
  return {
    reference: report.reference,
    digest: report.digest,
    ...(report.isIndex && image.platform !== null ? { platform: image.platform } : {}),
    path,
    output: output.path,
    replace: output.replace,
    unpack,
    via,
    ...(access === undefined ? {} : { access }),
  }
}

/** Why nothing may be taken out; null when it may. */
export function takeOutProblem({ report }: TakenFrom): string | null {
  return SIGNATURE_WORDS[report.signature.state].blocks ? 'The policy of this machine does not allow it' : null
}

/** Asks where to, and starts to take it out. */
export function useTakeOut(from: TakenFrom) {
  const takeOut = useContainersStore((store) => store.takeOut)
  return useMutation({
    mutationFn: async (request: TakeOutRequest) => {
      const output = await call('containers.chooseOutput', { suggested: request.name })
      if (output === null) return
      const job = await call('jobs.start', { kind: 'extract-container', input: extractInput(from, request, output) })
      takeOut({ job: job.id, opens: request.opens })
    },
  })
}
