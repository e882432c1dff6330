import type { FieldValues } from '../field.js'
import { flagOf, listOf, textOf } from '../read-values.js'
import type { UploadStep } from '../upload-plan.js'
import { awsMethod } from './aws-fields.js'

/** What an upload to EC2 does, in order. */
export function awsSteps(values: FieldValues): readonly UploadStep[] {
  const name = textOf(values, 'name')
  const region = textOf(values, 'region')
  const copies = listOf(values, 'copyTo')
  const accounts = listOf(values, 'shareWith')
  const isImport = awsMethod(values) === 's3'
  const bytes: readonly UploadStep[] = isImport
    ? [
        {
          id: 'object',
          title: `Send the disk to bucket ${textOf(values, 'bucket')}`,
          kind: 'transfer',
          weight: 70,
          creates: flagOf(values, 'keepObject') ? [`object in bucket ${textOf(values, 'bucket')}`] : [],
        },
        { id: 'import', title: 'Import it as a snapshot', kind: 'wait', weight: 20, creates: ['snapshot'] },
      ]
    : [
        { id: 'blocks', title: 'Write the blocks of the snapshot', kind: 'transfer', weight: 85, creates: ['snapshot'] },
        { id: 'complete', title: 'Wait until the snapshot is complete', kind: 'wait', weight: 6, creates: [] },
      ]
  return [
    ...bytes,
    { id: 'register', title: 'Register the image', kind: 'remote', weight: 2, creates: [`image ${name} in ${region}`] },
    ...(copies.length === 0
      ? []
      : [
          {
            id: 'copy',
            title: `Copy it to ${copies.join(', ')}`,
            kind: 'wait' as const,
            weight: 15,
            creates: copies.map((other) => `image ${name} in ${other}`),
          },
        ]),
    ...(accounts.length === 0
      ? []
      : [{ id: 'share', title: `Share it with ${accounts.join(', ')}`, kind: 'remote' as const, weight: 1, creates: [] }]),
    ...(isImport && !flagOf(values, 'keepObject')
      ? [{ id: 'tidy', title: 'Delete the object', kind: 'cleanup' as const, weight: 1, creates: [] }]
      : []),
  ]
}
