import type { ProviderForm } from '../provider-form.js'
import { textOf } from '../read-values.js'
import { awsCommands } from './aws-commands.js'
import { awsFields } from './aws-fields.js'
import { checkAws } from './aws-rules.js'
import { awsSteps } from './aws-steps.js'

/** Amazon EC2: a machine image (AMI) over a snapshot that is written block by block, or imported from an object in S3. */
export const awsForm: ProviderForm = {
  id: 'aws',
  title: 'AWS',
  summary: 'A machine image (AMI) in one region or several',
  platform: 'aws',
  takes: ['disk'],
  fields: awsFields,
  validate: checkAws,
  payload: (values) => {
    if (textOf(values, 'method') !== 's3') return { kind: 'disk' }
    return { kind: 'artifact', artifact: textOf(values, 'format') === 'RAW' ? 'aws-raw' : 'aws-vmdk' }
  },
  steps: awsSteps,
  commands: awsCommands,
}
