import { z } from 'zod'
import { bootLiveSchema } from './boot-live.js'
import { SSH_USER } from './ssh-command.js'

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

/** Bytes of one answer of a raw console, at most. */
export const RAW_PIECE = 64 * 1024
/** What a console may type at once: a paste. */
export const MAX_TYPED = 64 * 1024

const id = z.string().max(100)
const bytes = z.instanceof(Uint8Array)
const stream = z.string().max(100)

/** A piece of what the guest of a boot test wrote, byte for byte, for a terminal. */
export const rawPieceSchema = z.object({
  bytes,
  /** Bytes before the first one that were passed over: the guest writes faster than is asked, or the log left them out. */
  skipped: z.number().int(),
  /** Where the next call goes on. */
  next: z.number().int(),
  /** Nothing will follow. */
  ended: z.boolean(),
  /** When bytes came: place within `bytes`, seconds since the machine was switched on. */
  times: z.array(z.tuple([z.number().int(), z.number()])),
})
export type RawPiece = z.infer<typeof rawPieceSchema>

/** Calls about boot tests, part of the contract between window and core. */
export const bootTestCalls = {
  /** What the guest wrote from a byte on; of what is far behind only the end. */
  'bootTest.serial': {
    input: z.object({ id, from: z.number().int().min(0) }),
    output: serialPieceSchema,
  },
  /** What the guest wrote from a byte on, byte for byte; waits for some seconds where nothing has come yet. */
  'bootTest.raw': { input: z.object({ id, from: z.number().int().min(0) }), output: rawPieceSchema },
  /** What the user types on the serial console; false when the machine does not run. */
  'bootTest.send': { input: z.object({ id, text: z.string().max(MAX_TYPED) }), output: z.boolean() },
  /** How it stands with the machine; null when it does not run. */
  'bootTest.live': { input: z.object({ id }), output: bootLiveSchema.nullable() },
  /** Switches a machine off that is held after its verdict, or lets its disk go that could not be kept; false when it is neither. */
  'bootTest.release': { input: z.object({ id }), output: z.boolean() },
  /** Does not wait any longer for a guest that was asked to switch itself off; false when none is waited for. */
  'bootTest.powerOff': { input: z.object({ id }), output: z.boolean() },
  /**
   * Asks where to, ends the test and keeps the disk of its machine there as a new image; again where it could not be written. Null when the
   * dialog was closed.
   */
  'bootTest.keep': { input: z.object({ id }), output: z.object({ path: z.string() }).nullable() },
  /** Asks where to, and writes a picture of the graphical console there, as it is now or was at the end; null when the dialog was closed. */
  'bootTest.savePicture': { input: z.object({ id }), output: z.object({ path: z.string() }).nullable() },
  /** Opens the graphical console: a stream of VNC, RFC 6143. */
  'bootTest.openScreen': { input: z.object({ id }), output: z.object({ stream }) },
  /** Opens SSH of the guest in a terminal of this size: a stream of bytes. */
  'bootTest.openSsh': {
    input: z.object({
      id,
      user: z.string().regex(SSH_USER),
      cols: z.number().int().min(2).max(1000),
      rows: z.number().int().min(2).max(1000),
    }),
    output: z.object({ stream }),
  },
  /** The next bytes of a stream; waits until there are some. */
  'bootTest.readStream': { input: z.object({ stream }), output: z.object({ bytes, ended: z.boolean() }) },
  'bootTest.writeStream': { input: z.object({ stream, bytes: bytes.refine(({ length }) => length <= MAX_TYPED) }), output: z.undefined() },
  'bootTest.closeStream': { input: z.object({ stream }), output: z.undefined() },
  /** The screen of the guest at the end as `data:` URL; null where there is none. */
  'bootTest.screenshot': { input: z.object({ id }), output: z.object({ url: z.string() }).nullable() },
  /** Asks where to, and copies the serial log there; null when the dialog was closed. */
  'bootTest.saveLog': { input: z.object({ id }), output: z.object({ path: z.string() }).nullable() },
} as const
