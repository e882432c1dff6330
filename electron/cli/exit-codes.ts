import type { ErrorCode } from '#shared/errors/app-error'

/** What scripts may rely on. */
export const EXIT = { ok: 0, failed: 1, usage: 2, cancelled: 3, toolMissing: 4 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Errors that the caller can mend by asking for something else. */
const BAD_INPUT: ReadonlySet<ErrorCode> = new Set([
  'bad-input',
  'file-not-found',
  'not-a-regular-file',
  'partition-not-found',
  'guest-file-not-found',
  'boot-entry-not-found',
  'argument-not-found',
  'argument-invalid',
  'recipe-invalid',
  'container-not-found',
  'platform-not-found',
  'several-disks',
  'nothing-to-save',
  'output-exists',
  'output-is-source',
  'job-not-found',
])

export function exitCodeFor(code: ErrorCode): ExitCode {
  if (code === 'cancelled') return EXIT.cancelled
  if (code === 'tool-missing' || code === 'engine-unavailable') return EXIT.toolMissing
  return BAD_INPUT.has(code) ? EXIT.usage : EXIT.failed
}
