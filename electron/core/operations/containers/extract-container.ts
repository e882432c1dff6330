import { AppError } from '#shared/errors/app-error'
import type { JobOutput } from '#shared/jobs/job'
import type { JobInput } from '#shared/jobs/job-requests'
import type { SignInStore } from '../../registry/sign-in-store.js'
import type { JobContext } from '../job-context.js'

export async function extractContainer(_ctx: JobContext, _input: JobInput<'extract-container'>, _signIns: SignInStore): Promise<JobOutput> {
  throw new AppError('internal', { details: { message: 'not there yet' } })
}
