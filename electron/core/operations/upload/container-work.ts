import { copyContainerInputSchema, packageContainerInputSchema } from '#shared/containers/container-requests'
import type { JobOutput } from '#shared/jobs/job'
import type { ContainerMade, ContainerWork } from '../../clouds/cloud-provider.js'
import type { UploadJournal } from '../../clouds/upload-journal.js'
import type { SignInStore } from '../../registry/sign-in-store.js'
import { copyContainer } from '../containers/copy-container.js'
import { packageContainer } from '../containers/package-container.js'
import type { JobContext } from '../job-context.js'

/** What the workbench for container images does, for a provider of them. Its steps are steps of the upload. */
export function containerWork(ctx: JobContext, signIns: SignInStore, _journal: UploadJournal): ContainerWork {
  return {
    package: async (input) => madeOf(await packageContainer(ctx, packageContainerInputSchema.parse(input), signIns)),
    copy: async (input) => madeOf(await copyContainer(ctx, copyContainerInputSchema.parse(input), signIns)),
  }
}

function madeOf({ container, proofs, bytes }: JobOutput): ContainerMade {
  return { reference: container?.reference ?? '', digest: container?.digest ?? '', bytes, proofs }
}
