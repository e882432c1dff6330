import type { ProviderForm } from '../provider-form.js'
import { tagsOf, textOf } from '../read-values.js'
import type { SourceFacts } from '../source-facts.js'
import type { CheckRow } from '../upload-plan.js'
import { s3Commands } from './s3-commands.js'
import { s3Fields } from './s3-fields.js'
import { isNetboot, S3_ARTIFACTS, s3Format, s3Keys } from './s3-layout.js'

/** "Multipart upload limits" of the Amazon S3 user guide: 10000 parts of 5 GiB, and 5 TiB in all. */
const MOST_BYTES = 5 * 1024 ** 4

/** S3 and compatible. */
export const s3Form: ProviderForm = {
  id: 's3',
  title: 'S3 and compatible',
  summary: 'An object in a bucket, or files to boot from by network',
  platform: null,
  takes: ['disk', 'squashfs', 'kernel', 'initramfs', 'ova', 'other'],
  fields: s3Fields,
  validate: (values, facts) => {
    const rows: CheckRow[] = []
    const bytes = s3Format(values, facts) === 'raw' ? facts.virtualBytes : facts.fileBytes
    if (bytes > MOST_BYTES) rows.push(row('object-too-large', 'Size', 'error', 'An object of S3 is 5 TiB at most', 'format'))
    if (isNetboot(values, facts)) rows.push(...netbootRows(values, facts))
    if (Object.keys(tagsOf(values, 'tags')).length > 10) rows.push(row('tags', 'Tags', 'error', 'An object has ten tags at most', 'tags'))
    return rows
  },
  payload: (values, facts) => {
    const format = s3Format(values, facts)
    if (isNetboot(values, facts) || format === 'source') return { kind: 'source' }
    const artifact = S3_ARTIFACTS[format]
    return artifact === undefined ? { kind: 'disk' } : { kind: 'artifact', artifact }
  },
  steps: (values, facts) => {
    const keys = s3Keys(values, facts)
    const place = textOf(values, 'bucket')
    const begin = { id: 'prepare', title: `Look at the bucket ${place}`, kind: 'remote' as const, weight: 0.02, creates: [] }
    const sent = keys.filter(([role]) => role !== 'manifest')
    const upload = {
      id: 'upload',
      title: sent.length === 1 ? `Send ${sent[0]?.[1]}` : 'Send root file system, kernel and initial RAM disk',
      kind: 'transfer' as const,
      weight: 0.9,
      creates: sent.map(([, key]) => `object ${key} in bucket ${place}`),
    }
    const manifest = keys.find(([role]) => role === 'manifest')?.[1]
    const last =
      manifest === undefined
        ? { id: 'verify', title: 'Compare size and digest with what is stored', kind: 'remote' as const, weight: 0.02, creates: [] }
        : {
            id: 'publish',
            title: 'Write the manifest',
            kind: 'remote' as const,
            weight: 0.02,
            creates: [`object ${manifest} in bucket ${place}`],
          }
    const hash = { id: 'hash', title: 'Compute digests', kind: 'transfer' as const, weight: 0.1, creates: [] }
    return manifest === undefined ? [begin, upload, last] : [begin, hash, upload, last]
  },
  commands: s3Commands,
}

function netbootRows(values: Parameters<ProviderForm['validate']>[0], facts: SourceFacts): CheckRow[] {
  const rows: CheckRow[] = []
  if (facts.kind !== 'squashfs') {
    rows.push(
      row('netboot-rootfs', 'Root file system', 'error', 'What machines boot from by network is a SquashFS; this file is none', 'layout'),
    )
  }
  if (textOf(values, 'layout') === 'kernels' && textOf(values, 'tag') !== '') {
    const found = 'Tags with the same kernel version share its files: another kernel of that version is refused, not overwritten'
    rows.push(row('kernels-shared', 'Kernels', 'info', found, 'layout'))
  }
  return rows
}

function row(code: string, title: string, state: CheckRow['state'], found: string, field: string): CheckRow {
  return { code, title, state, found, field }
}
