/**
 * Characters that draw nothing, move the cursor or turn the reading direction (C0, C1, bidi controls, zero-width, separators).
 * A guest that puts them in a name or an argument would otherwise show something else than what is there.
 */
// Control characters are what this looks for
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202f\u2060-\u206f\u3164\ufeff\ufff9-\ufffb]/gu

const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escapeCharacter(character: string): string {
  return NAMED[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
}

/** Guest text for one line of the window: hidden characters become visible escapes such as `\u{202e}`. */
export function visibleText(text: string): string {
  return text.replace(HIDDEN, escapeCharacter)
}

/** As `visibleText`, for text of several lines: newlines and tabs stay. */
export function visibleLines(text: string): string {
  return text.replace(HIDDEN, (character) => (character === '\n' || character === '\t' ? character : escapeCharacter(character)))
}

/** Leaves the middle out of text longer than `limit` characters; both ends tell more than one. */
export function elideMiddle(text: string, limit: number): string {
  const characters = [...text]
  if (characters.length <= limit) return text
  const head = Math.ceil((limit - 1) * 0.7)
  const tail = limit - 1 - head
  return `${characters.slice(0, head).join('')}…${characters.slice(characters.length - tail).join('')}`
}
