import type { ProviderForm } from '../provider-form.js'

/** S3 and compatible. */
export const s3Form: ProviderForm = {
  id: 's3',
  title: 'S3 and compatible',
  summary: 'An object in a bucket, or files to boot from by network',
  platform: null,
  takes: ['disk'],
  fields: () => [],
  validate: () => [],
  payload: () => ({ kind: 'disk' }),
  steps: () => [],
  commands: () => [],
}
