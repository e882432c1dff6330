import type { JobOutput } from '#shared/jobs/job'
import { formatBytes } from '#shared/text/bytes'

/** What a job made at a place of container images, in lines for people. */
export function containerLines({ path, bytes, proofs, container }: JobOutput): string[] {
  return [
    `${container?.reference ?? path} (${formatBytes(bytes)})`,
    ...(container === undefined ? [] : [`  Digest ${container.digest}`]),
    ...proofs.map((proof) => `  ${proof}`),
  ]
}
