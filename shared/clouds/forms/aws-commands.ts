import { shellLine } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, listOf, numberOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { awsMethod, volumeGib } from './aws-fields.js'

/** The same with coldsnap and the AWS CLI. */
export function awsCommands(values: FieldValues, facts: SourceFacts): readonly string[] {
  const snapshot = awsMethod(values) === 's3' ? importCommands(values, facts) : blockCommands(values, facts)
  return [...snapshot, registerCommand(values, facts), ...copyCommands(values), ...shareCommands(values)]
}

function blockCommands(values: FieldValues, facts: SourceFacts): string[] {
  const raw = `${stem(facts.path)}.raw`
  const where = [...profileOf(values), '--region', textOf(values, 'region')]
  const key = textOf(values, 'kmsKey')
  const encrypted = flagOf(values, 'encrypted') ? ['--encrypted', ...(key === '' ? [] : ['--kms-key-id', key])] : []
  return [
    shellLine(['qemu-img', 'convert', '-O', 'raw', facts.path, raw]),
    `SNAPSHOT=$(${shellLine(['coldsnap', ...where, 'upload', '--wait', ...encrypted, raw])})`,
  ]
}

function importCommands(values: FieldValues, facts: SourceFacts): string[] {
  const format = textOf(values, 'format')
  const file = `${stem(facts.path)}.${format === 'RAW' ? 'raw' : 'vmdk'}`
  const bucket = textOf(values, 'bucket')
  const disk = { Format: format, UserBucket: { S3Bucket: bucket, S3Key: baseName(file) } }
  const options = format === 'RAW' ? ['-O', 'raw'] : ['-O', 'vmdk', '-o', 'subformat=streamOptimized']
  const task = aws(values, ['import-snapshot', '--role-name', textOf(values, 'role'), '--disk-container', JSON.stringify(disk)])
  return [
    shellLine(['qemu-img', 'convert', ...options, facts.path, file]),
    shellLine(['aws', ...profileOf(values), 's3', 'cp', file, `s3://${bucket}/`, '--region', textOf(values, 'region')]),
    `TASK=$(${task} --query ImportTaskId --output text)`,
    `${aws(values, ['wait', 'snapshot-imported'])} --import-task-ids "$TASK"`,
    `SNAPSHOT=$(${aws(values, ['describe-import-snapshot-tasks'])} --import-task-ids "$TASK" --query 'ImportSnapshotTasks[0].SnapshotTaskDetail.SnapshotId' --output text)`,
    ...(flagOf(values, 'keepObject') ? [] : [shellLine(['aws', ...profileOf(values), 's3', 'rm', `s3://${bucket}/${baseName(file)}`])]),
  ]
}

function registerCommand(values: FieldValues, facts: SourceFacts): string {
  const device = textOf(values, 'rootDevice')
  const size = numberOf(values, 'volumeSize') ?? volumeGib(facts)
  const tags = Object.entries(tagsOf(values, 'tags')).map(([Key, Value]) => ({ Key, Value }))
  const description = textOf(values, 'description')
  const line = aws(values, [
    'register-image',
    '--name',
    textOf(values, 'name'),
    ...(description === '' ? [] : ['--description', description]),
    '--architecture',
    textOf(values, 'architecture'),
    '--virtualization-type',
    'hvm',
    '--boot-mode',
    textOf(values, 'bootMode'),
    flagOf(values, 'ena') ? '--ena-support' : '--no-ena-support',
    ...(flagOf(values, 'imdsv2') ? ['--imds-support', 'v2.0'] : []),
    ...(flagOf(values, 'tpm') ? ['--tpm-support', 'v2.0'] : []),
    ...(tags.length === 0 ? [] : ['--tag-specifications', JSON.stringify([{ ResourceType: 'image', Tags: tags }])]),
    '--root-device-name',
    device,
  ])
  const volume = `SnapshotId='"$SNAPSHOT"',VolumeSize=${size},VolumeType=${textOf(values, 'volumeType')},DeleteOnTermination=true`
  return `IMAGE=$(${line} --block-device-mappings 'DeviceName=${device},Ebs={${volume}}' --query ImageId --output text)`
}

function copyCommands(values: FieldValues): string[] {
  const [name, region] = [textOf(values, 'name'), textOf(values, 'region')]
  return listOf(values, 'copyTo').map((other) => {
    const copy = ['aws', ...profileOf(values), '--region', other, 'ec2', 'copy-image', '--name', name, '--source-region', region]
    return `${shellLine(copy)} --source-image-id "$IMAGE"`
  })
}

function shareCommands(values: FieldValues): string[] {
  const accounts = listOf(values, 'shareWith')
  if (accounts.length === 0) return []
  const added = JSON.stringify({ Add: accounts.map((UserId) => ({ UserId })) })
  return [
    `${aws(values, ['modify-image-attribute', '--launch-permission', added])} --image-id "$IMAGE"`,
    `${aws(values, ['modify-snapshot-attribute', '--create-volume-permission', added])} --snapshot-id "$SNAPSHOT"`,
  ]
}

function aws(values: FieldValues, words: readonly string[]): string {
  return shellLine(['aws', ...profileOf(values), '--region', textOf(values, 'region'), 'ec2', ...words])
}

function profileOf(values: FieldValues): string[] {
  const profile = textOf(values, 'profile')
  return profile === '' ? [] : ['--profile', profile]
}

function stem(file: string): string {
  return baseName(file).replace(/\.[^.]*$/u, '')
}

function baseName(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1)
}
