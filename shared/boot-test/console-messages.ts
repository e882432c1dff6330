import { z } from 'zod'

/**
 * What the window and the frame of a console say to each other. The frame shows what a guest wrote, with a policy of its own: each side
 * checks what the other one sends.
 */

const bytes = z.instanceof(Uint8Array)
const colour = z.string().regex(/^#[\da-f]{6}$/i)

const consoleThemeSchema = z.object({
  background: colour,
  text: colour,
  dim: colour,
  green: colour,
  red: colour,
  amber: colour,
})
export type ConsoleTheme = z.infer<typeof consoleThemeSchema>

/** Comes with the port that all else goes through. */
export const consoleStartSchema = z.object({
  diskwright: z.literal('console'),
  mode: z.enum(['terminal', 'screen']),
  /** Of what is typed into, for screen readers. */
  label: z.string().max(300),
  theme: consoleThemeSchema,
})
export type ConsoleStart = z.infer<typeof consoleStartSchema>

export const toConsoleSchema = z.discriminatedUnion('kind', [
  /** A piece to show; it is answered with `taken`, and the next one comes only then. `times`: places in it, with their seconds. */
  z.object({ kind: z.literal('bytes'), bytes, skipped: z.number(), times: z.array(z.tuple([z.number(), z.number()])) }),
  z.object({ kind: z.literal('live'), isLive: z.boolean() }),
  z.object({ kind: z.literal('times'), areShown: z.boolean() }),
  z.object({ kind: z.literal('find'), text: z.string().max(1000), back: z.boolean(), asTyped: z.boolean() }),
  z.object({ kind: z.literal('copy') }),
  z.object({ kind: z.literal('focus') }),
  z.object({
    kind: z.literal('marks'),
    marks: z.array(z.object({ line: z.string().max(500), tone: z.enum(['green', 'red', 'amber']) })).max(100),
  }),
  z.object({ kind: z.literal('ctrl-alt-del') }),
  /** The stream of a screen has ended. */
  z.object({ kind: z.literal('ended') }),
])
export type ToConsole = z.infer<typeof toConsoleSchema>

export const fromConsoleSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  z.object({ kind: z.literal('taken') }),
  z.object({ kind: z.literal('typed'), text: z.string().max(1024 * 1024) }),
  z.object({ kind: z.literal('sent'), bytes: bytes.refine(({ length }) => length <= 1024 * 1024) }),
  z.object({ kind: z.literal('copied'), text: z.string().max(1_000_000) }),
  z.object({ kind: z.literal('found'), index: z.number(), count: z.number() }),
  /** Of the terminal, when it is there and whenever it changes. */
  z.object({ kind: z.literal('size'), cols: z.number(), rows: z.number() }),
  z.object({ kind: z.literal('search') }),
  z.object({ kind: z.literal('leave') }),
  z.object({ kind: z.literal('screen'), state: z.enum(['connected', 'gone']) }),
])
export type FromConsole = z.infer<typeof fromConsoleSchema>
