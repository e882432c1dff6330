import { isDeepStrictEqual } from 'node:util'
import { type BootTestInput, bootTestInputSchema } from '#shared/boot-test/boot-test-request'
import type { Edit } from '#shared/edits/edit'
import { hideSecrets } from '#shared/edits/secrets'
import type { Job } from '#shared/jobs/job'

/** What the newest boot test of an image with exactly these edits was asked for; undefined where none came to a verdict. */
export function lastBootTest(jobs: readonly Job[], file: string, edits: readonly Edit[]): BootTestInput | undefined {
  const wanted = plain(edits.map(hideSecrets))
  const newest = jobs
    .filter(({ kind, output }) => kind === 'test-boot' && output?.bootTest !== undefined && output.bootTest.verdict !== 'none')
    .toSorted((one, other) => other.createdAt.localeCompare(one.createdAt))
    .find(({ input }) => isRecord(input) && input.source === file && isDeepStrictEqual(plain(input.edits), wanted))
  // The record's edits are without their secrets, and may be none any more.
  return newest && bootTestInputSchema.safeParse({ ...(isRecord(newest.input) ? newest.input : {}), edits: [] }).data
}

/** As a record on disk has it: without what is undefined. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : JSON.parse(JSON.stringify(value))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}
