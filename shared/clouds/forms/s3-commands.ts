import { shellWord } from '../../text/shell-quote.js'
import type { FieldValues } from '../field.js'
import { flagOf, tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import { s3Format, s3Keys } from './s3-layout.js'

/** The same by the AWS command line. */
export function s3Commands(values: FieldValues, facts: SourceFacts): readonly string[] {
  const aws = ['aws', ...accountWords(values)]
  const bucket = textOf(values, 'bucket')
  const lines: string[] = []
  if (textOf(values, 'accessKey') !== '') {
    lines.push(`export AWS_ACCESS_KEY_ID=${shellWord(textOf(values, 'accessKey'))}  # and AWS_SECRET_ACCESS_KEY`)
  }
  if (flagOf(values, 'createBucket')) lines.push(command([...aws, 's3', 'mb', `s3://${bucket}`]))
  const format = s3Format(values, facts)
  const isConverted = format !== 'source'
  if (isConverted) lines.push(convertCommand(facts.path, format))
  for (const [role, key] of s3Keys(values, facts)) {
    if (role === 'manifest') continue
    const file = role === 'image' || role === 'rootfs' ? (isConverted ? `disk.${format}` : facts.path) : textOf(values, role)
    lines.push(
      command([...aws, 's3', 'cp', file, `s3://${bucket}/${key}`, ...(flagOf(values, 'publicRead') ? ['--acl', 'public-read'] : [])]),
    )
    const tags = Object.entries(tagsOf(values, 'tags'))
    if (tags.length > 0) {
      const set = JSON.stringify({ TagSet: tags.map(([Key, Value]) => ({ Key, Value })) })
      lines.push(command([...aws, 's3api', 'put-object-tagging', '--bucket', bucket, '--key', key, '--tagging', set]))
    }
  }
  return lines
}

export function accountWords(values: FieldValues): string[] {
  const options = [
    ['--profile', 'profile'],
    ['--endpoint-url', 'endpoint'],
    ['--region', 'region'],
    ['--ca-bundle', 'ca'],
  ] as const
  return options.flatMap(([option, id]) => (textOf(values, id) === '' ? [] : [option, textOf(values, id)]))
}

const QEMU_FORMATS: Readonly<Record<string, readonly string[]>> = {
  raw: ['-O', 'raw'],
  qcow2: ['-c', '-O', 'qcow2'],
  vmdk: ['-O', 'vmdk', '-o', 'subformat=streamOptimized'],
  vhdx: ['-O', 'vhdx'],
  vhd: ['-O', 'vpc', '-o', 'subformat=fixed,force_size'],
}

function convertCommand(path: string, format: string): string {
  const words = QEMU_FORMATS[format]
  if (words !== undefined) return command(['qemu-img', 'convert', ...words, path, `disk.${format}`])
  return `${command(['qemu-img', 'convert', '-O', 'raw', path, 'disk.raw'])} && tar --format=oldgnu -Sczf disk.tar.gz disk.raw`
}

function command(words: readonly string[]): string {
  return words.map(shellWord).join(' ')
}
