import { type GrubToken, type GrubWord, tokenizeGrub } from './grub-words.js'

export interface GrubCommand {
  readonly words: readonly GrubWord[]
  readonly start: number
  readonly end: number
  /** What stands between the braces after it; null without braces. */
  readonly block: GrubBlock | null
}

export interface GrubBlock {
  readonly commands: readonly GrubCommand[]
  /** Of the opening brace. */
  readonly start: number
  /** After the closing brace, or the end of the text where there is none. */
  readonly end: number
}

/** Deeper than any menu; a hostile text must not exhaust the stack of who walks the tree. */
const MAX_DEPTH = 40

interface Frame {
  readonly commands: GrubCommand[]
  words: GrubWord[]
  readonly start: number
}

/**
 * Commands of a GRUB script with their blocks. `if`, `for`, `while` and `function` need no rules of their own: what they
 * hold are commands like any others, and a brace that closes nothing is passed over.
 */
export function parseGrubTree(text: string): readonly GrubCommand[] {
  const root: Frame = { commands: [], words: [], start: 0 }
  const stack: Frame[] = [root]
  for (const token of tokenizeGrub(text)) step(stack, root, token)
  while (stack.length > 1) closeBlock(stack, root, text.length)
  endCommand(root)
  return root.commands
}

function step(stack: Frame[], root: Frame, token: GrubToken): void {
  const frame = stack.at(-1) ?? root
  if (token.kind === 'word') frame.words.push(token)
  else if (token.kind === 'newline') endCommand(frame)
  else if (token.kind === 'open' && stack.length < MAX_DEPTH) stack.push({ commands: [], words: [], start: token.start })
  else if (token.kind === 'close' && stack.length > 1) closeBlock(stack, root, token.end)
  else if (token.kind !== 'comment') endCommand(frame)
}

function endCommand(frame: Frame): void {
  const first = frame.words[0]
  const last = frame.words.at(-1)
  if (first !== undefined && last !== undefined) {
    frame.commands.push({ words: frame.words, start: first.start, end: last.end, block: null })
  }
  frame.words = []
}

function closeBlock(stack: Frame[], root: Frame, end: number): void {
  const inner = stack.pop()
  if (inner === undefined) return
  endCommand(inner)
  const outer = stack.at(-1) ?? root
  const start = outer.words[0]?.start ?? inner.start
  outer.commands.push({ words: outer.words, start, end, block: { commands: inner.commands, start: inner.start, end } })
  outer.words = []
}

/** The command's name: its first word after the keywords that may stand before it on the same line. */
export function commandWords(command: GrubCommand): readonly GrubWord[] {
  const first = command.words.findIndex((word) => !KEYWORDS.has(word.raw))
  return first <= 0 ? command.words : command.words.slice(first)
}

const KEYWORDS = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', 'time'])
