import { AppError } from '#shared/errors/app-error'
import { awsFailure, type AwsFailureContext } from '../aws/aws-failure.js'

/** "Error responses" of the Amazon S3 API reference, and what Ceph and Swift call it besides. */
export function s3Failure(thrown: unknown, context: AwsFailureContext): AppError {
  const error = awsFailure(thrown, context)
  const { name, status } = error.data.details
  // A full store is told as a body that is too large: parts never are by themselves.
  if (status === 413 || name === 'QuotaExceeded' || name === 'EntityTooLarge' || status === 507) return as('cloud-quota', error)
  if (name === 'NotImplemented' || status === 501) return as('cloud-refused', error)
  // Somebody else writes to the same name at the same time: asked again it says who was first.
  if (name === 'ConditionalRequestConflict') return as('cloud-busy', error)
  if (name === 'PreconditionFailed' || status === 412) return as('cloud-conflict', error)
  if (error.code === 'cloud-denied' && name === 'Unknown' && status === 403) return withReason(error, 'It answered 403 and gave no reason')
  // Answers to HEAD have no body, so that the SDK has nothing but the status to go by.
  if (name === 'UnknownError' || name === 'Unknown') return withReason(error, `It answered ${status}`)
  return error
}

function as(code: AppError['code'], error: AppError): AppError {
  return new AppError(code, { details: error.data.details, cause: error.cause })
}

function withReason(error: AppError, reason: string): AppError {
  return new AppError(error.code, { details: { ...error.data.details, reason }, cause: error.cause })
}
