import { firstBootFiles } from '#shared/boot-test/boot-test-request'
import type { Access } from '#shared/containers/container-requests'
import type { JobRequest } from '#shared/jobs/job-requests'
import { filesOfForm } from './upload-values.js'

/** Files and folders beside the image that a request reads secrets from: auth files, certificates with their keys, keys to sign with, configuration of a first boot, what the form of an upload names. */
export function namedFilesOf({ kind, input }: JobRequest): string[] {
  const accesses: Access[] = []
  if ('access' in input) accesses.push(input.access)
  if ('from' in input) accesses.push(input.from, input.to)
  const files = accesses.flatMap(({ authFile, certDir }) => [authFile, certDir])
  if ('sign' in input && input.sign?.kind === 'sigstore') files.push(input.sign.keyFile)
  if (kind === 'upload-image') files.push(...filesOfForm(input))
  if (kind === 'test-boot') files.push(...firstBootFiles(input), input.cdrom?.path)
  return files.filter((file) => file !== undefined)
}
