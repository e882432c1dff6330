import { AppError, type ErrorCode } from './app-error.js'

const UNREPLAYED = /contains a log that needs to be replayed/
const REPLAY = 'it was not closed in good order: what is in its log has to be written first, which is done when a copy is repaired'

/** What qemu's tools print, and what it means. Texts of QEMU 7.2; the first row that matches wins. */
const MEANINGS: readonly (readonly [RegExp, ErrorCode])[] = [
  [/No space left on device/, 'no-space'],
  [/File too large/, 'file-too-large'],
  [/Failed to get (shared )?"[a-z ]+" lock|Is another process using the image/, 'image-in-use'],
  [/creates an infinite loop/, 'backing-file-loop'],
  [/Could not open backing file/, 'backing-file-missing'],
  [UNREPLAYED, 'image-damaged'],
  [/key-secret' is required/, 'image-encrypted'],
  [/Unsupported qcow2 (feature|version)|Unsupported|not supported/, 'image-unsupported'],
  [/too (big|large)|corrupt|Invalid|invalid|not in .* format|truncated/, 'image-damaged'],
  [/No such file or directory/, 'file-not-found'],
  [/Permission denied/, 'file-not-readable'],
]

/** Gives a failed qemu tool the code that fits what it said; other errors stay as they are. */
export function explainQemuError(thrown: unknown, details: Readonly<Record<string, string | number>>): unknown {
  if (!(thrown instanceof AppError) || thrown.code !== 'tool-failed') return thrown
  const text = thrown.data.toolOutput ?? ''
  const meaning = MEANINGS.find(([pattern]) => pattern.test(text))
  if (!meaning) return thrown
  const isUnreplayed = UNREPLAYED.test(text)
  return new AppError(meaning[1], {
    details: { ...thrown.data.details, ...details, ...(isUnreplayed ? { reason: REPLAY } : {}) },
    ...(isUnreplayed ? { actions: [{ kind: 'repair' }] } : {}),
    toolOutput: text,
    command: thrown.data.command,
    cause: thrown,
  })
}
