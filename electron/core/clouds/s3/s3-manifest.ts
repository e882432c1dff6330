import { textOf } from '#shared/clouds/read-values'
import type { UploadRun } from '../cloud-provider.js'
import type { SentObject } from './s3-result.js'

/**
 * The last object of a network boot image: while it is there, everything that it names is there as well. Names are relative to the bucket.
 */
export function manifestOf({ values, facts }: Pick<UploadRun, 'values' | 'facts'>, objects: readonly SentObject[]): string {
  const manifest = {
    version: 1,
    name: textOf(values, 'imageName'),
    tag: textOf(values, 'tag'),
    os: { id: textOf(values, 'osId'), version: textOf(values, 'osVersion') },
    architecture: facts.architecture,
    kernelVersion: textOf(values, 'kernelVersion'),
    cmdline: textOf(values, 'cmdline'),
    files: Object.fromEntries(objects.map(({ role, key, bytes, sha256 }) => [role, { key, bytes, sha256 }])),
  }
  return `${JSON.stringify(manifest, null, 2)}\n`
}
