import type { SerialPiece } from '#shared/boot-test/boot-test-calls'

/** Lines that the window holds; the log keeps all of them. */
export const SHOWN_LINES = 1000

export interface SerialText {
  readonly lines: readonly string[]
  readonly pending: string
  /** Earlier lines or bytes are not shown. */
  readonly isCut: boolean
}

export const NO_SERIAL: SerialText = { lines: [], pending: '', isCut: false }

/** The text with a further piece: the last lines, however much the guest writes. */
export function appended(text: SerialText, piece: SerialPiece): SerialText {
  const all = [...text.lines, ...piece.lines]
  return {
    lines: all.slice(-SHOWN_LINES),
    pending: piece.pending,
    isCut: text.isCut || piece.skipped > 0 || all.length > SHOWN_LINES,
  }
}
