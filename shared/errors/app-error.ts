import type { AppErrorData, ErrorAction } from './app-error-data.js'

export type { AppErrorData, ErrorAction } from './app-error-data.js'

/**
 * Every way Diskwright can say no. One row of words per code stands in `describe-error.ts`.
 * `cancelled`, `tool-missing`, `tool-failed` and the named failures are four different things.
 */
export const ERROR_CODES = [
  'cancelled',
  'bad-input',
  'internal',
  'tool-missing',
  'tool-failed',
  'tool-timeout',
  'file-not-found',
  'file-not-readable',
  'not-a-regular-file',
  'image-empty',
  'image-damaged',
  'image-unknown-format',
  'image-unsupported',
  'image-packed',
  'image-in-use',
  'image-changed',
  'image-encrypted',
  'reference-refused',
  'archive-too-large',
  'manifest-mismatch',
  'backing-file-missing',
  'backing-file-loop',
  'no-partitions',
  'partition-not-found',
  'filesystem-unreadable',
  'filesystem-read-only',
  'guest-file-not-found',
  'guest-file-too-large',
  'guest-file-exists',
  'guest-filesystem-full',
  'no-boot-entries',
  'boot-entry-not-found',
  'argument-not-found',
  'argument-invalid',
  'edit-conflict',
  'resize-refused',
  'recipe-invalid',
  'recipe-mismatch',
  'nothing-to-save',
  'engine-unavailable',
  'engine-failed',
  'edit-not-written',
  'verify-mismatch',
  'check-failed',
  'lint-failed',
  'size-not-taken',
  'nothing-to-gain',
  'output-exists',
  'output-is-source',
  'output-not-granted',
  'input-not-granted',
  'folder-not-writable',
  'file-not-writable',
  'no-space',
  'not-enough-memory',
  'file-too-large',
  'format-not-writable',
  'registry-unreachable',
  'registry-untrusted',
  'registry-plain-http',
  'registry-stalled',
  'registry-busy',
  'registry-denied',
  'registry-failed',
  'sign-in-needed',
  'container-not-found',
  'container-invalid',
  'container-unsupported',
  'container-refused',
  'platform-not-found',
  'no-disk-in-container',
  'several-disks',
  'blob-mismatch',
  'cloud-unreachable',
  'cloud-untrusted',
  'cloud-busy',
  'cloud-denied',
  'cloud-failed',
  'cloud-refused',
  'cloud-quota',
  'cloud-conflict',
  'cloud-not-found',
  'clock-skewed',
  'sign-in-expired',
  'upload-mismatch',
  'upload-incomplete',
  'upload-refused',
  'job-not-found',
  'interrupted',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export interface AppErrorOptions {
  readonly details?: Readonly<Record<string, string | number>>
  readonly actions?: readonly ErrorAction[]
  readonly toolOutput?: string | undefined
  readonly command?: string | undefined
  readonly cause?: unknown
}

/** The one error class that leaves the core. Its `message` is for logs; people read `describeError`. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly data: AppErrorData

  constructor(code: ErrorCode, options: AppErrorOptions = {}) {
    const facts = Object.entries(options.details ?? {}).map(([name, value]) => `${name}=${value}`)
    super([code, ...facts].join(' '), options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'AppError'
    this.code = code
    this.data = {
      code,
      details: { ...options.details },
      actions: [...(options.actions ?? [])],
      ...(options.toolOutput === undefined ? {} : { toolOutput: options.toolOutput }),
      ...(options.command === undefined ? {} : { command: options.command }),
    }
  }

  static fromData(data: AppErrorData): AppError {
    return new AppError(data.code, {
      details: data.details,
      actions: data.actions,
      toolOutput: data.toolOutput,
      command: data.command,
    })
  }
}

/** Turns anything thrown into an AppError; what is not ours becomes `internal` with its message kept. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const stack = thrown instanceof Error ? thrown.stack : undefined
  return new AppError('internal', { details: { message }, toolOutput: stack, cause: thrown })
}
