import type { AppErrorData, ErrorCode } from './app-error.js'
import { CLOUD_ERROR_WORDS } from './cloud-error-words.js'
import { CONTAINER_ERROR_WORDS } from './container-error-words.js'
import { ErrorFacts } from './error-facts.js'
import { GUEST_ERROR_WORDS } from './guest-error-words.js'
import { IMAGE_ERROR_WORDS } from './image-error-words.js'
import { OUTPUT_ERROR_WORDS } from './output-error-words.js'
import { TOOL_ERROR_WORDS } from './tool-error-words.js'

export interface ErrorWords {
  /** What happened, one short line without a full stop. */
  readonly title: string
  /** The likely cause, and what was and was not changed. */
  readonly detail: string
  /** What to do next. */
  readonly next: string
}
export type ErrorRow = (facts: ErrorFacts) => ErrorWords

const ROWS: Readonly<Record<ErrorCode, ErrorRow>> = {
  ...TOOL_ERROR_WORDS,
  ...IMAGE_ERROR_WORDS,
  ...GUEST_ERROR_WORDS,
  ...OUTPUT_ERROR_WORDS,
  ...CONTAINER_ERROR_WORDS,
  ...CLOUD_ERROR_WORDS,
}

/** An error in words for people. The tool's own output is not part of it: show `toolOutput` folded below. */
export function describeError(data: AppErrorData): ErrorWords {
  return ROWS[data.code](new ErrorFacts(data))
}
