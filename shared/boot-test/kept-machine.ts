import { z } from 'zod'
import { appErrorDataSchema } from '../errors/app-error-data.js'
import { diskFormatSchema } from '../images/image-info.js'

/** The disk of a test machine, with all that the guest wrote, as a new image. The image that was tested stays as it is. */
export const keptMachineSchema = z.object({
  /** Absolute path of a new file. */
  output: z.string(),
  /** Default: the format of the image that is tested. */
  format: diskFormatSchema.optional(),
  subformat: z.string().optional(),
  replace: z.boolean().default(false),
  /** `shut-down`: the guest is asked to switch itself off first; `pause`: its disk as it is at that moment, as after a power cut. */
  guest: z.enum(['shut-down', 'pause']).default('shut-down'),
})
export type KeptMachine = z.infer<typeof keptMachineSchema>
/** By then a guest has switched itself off that listens to being asked. */
export const SHUT_DOWN_SECONDS = 120

/** How it stands with a machine that is being kept. */
export const keepingMachineSchema = z.object({
  /**
   * `closing`: the guest switches itself off, or the machine is stopped; `writing`: its disk is written to the new image; `waiting`: that
   * failed, and the user says what becomes of the disk, which is still there.
   */
  stage: z.enum(['closing', 'writing', 'waiting']),
  guest: z.enum(['shut-down', 'pause']),
  /** Absolute path of the new image. */
  output: z.string(),
  /** When the stage began, since the machine was switched on. */
  sinceSeconds: z.number(),
  /** Why it could not be written. */
  error: appErrorDataSchema.optional(),
})
export type KeepingMachine = z.infer<typeof keepingMachineSchema>

/** A machine that was to be kept, and whose disk could not be written to a new image. */
export const unkeptMachineSchema = z.object({
  output: z.string(),
  error: appErrorDataSchema,
  /** Absolute path of the overlay that still holds what the guest wrote; null where the user let it go. */
  disk: z.string().nullable(),
})
export type UnkeptMachine = z.infer<typeof unkeptMachineSchema>

/** Before defaults are filled in. */
export type KeptMachineDraft = z.input<typeof keptMachineSchema>
