/**
 * Characters that change how text looks without being seen: controls, bidirectional overrides and isolates,
 * zero-width characters, line and paragraph separators, variation and tag characters, half surrogates.
 */
const INVISIBLE =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Cs}]/gu

/** The text with each such character written as `U+XXXX`, so that a name from an image cannot pose as another. */
export function showControl(text: string): string {
  return text.replace(INVISIBLE, (char) => `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`)
}

/** JSON text with each such character but line ends written as `\uXXXX`: the same data, and nothing in it hides. */
export function escapeInvisible(json: string): string {
  return json.replace(INVISIBLE, (chars) =>
    chars === '\n'
      ? chars
      : Array.from({ length: chars.length }, (_, at) => `\\u${chars.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
