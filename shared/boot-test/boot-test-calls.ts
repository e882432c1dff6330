import { z } from 'zod'

/** Bytes of a console that one answer is made of, at most. */
export const SERIAL_PIECE = 256 * 1024

/** A piece of what the guest of a boot test wrote, as plain lines. */
export const serialPieceSchema = z.object({
  /** Control sequences are taken out; empty lines are left out. */
  lines: z.array(z.string()),
  /** The row that the cursor stands in: it comes again, as a line, once it has ended. */
  pending: z.string(),
  /** Bytes before the first line that were passed over since `from`. */
  skipped: z.number().int(),
  /** Where the next call goes on. */
  next: z.number().int(),
})
export type SerialPiece = z.infer<typeof serialPieceSchema>

/** Calls about boot tests, part of the contract between window and core. */
export const bootTestCalls = {
  /** What the guest wrote from a byte on; of what is far behind only the end. */
  'bootTest.serial': {
    input: z.object({ id: z.string().max(100), from: z.number().int().min(0) }),
    output: serialPieceSchema,
  },
  /** The screen of the guest at the end as `data:` URL; null where there is none. */
  'bootTest.screenshot': { input: z.object({ id: z.string().max(100) }), output: z.object({ url: z.string() }).nullable() },
  /** Asks where to, and copies the serial log there; null when the dialog was closed. */
  'bootTest.saveLog': { input: z.object({ id: z.string().max(100) }), output: z.object({ path: z.string() }).nullable() },
} as const
