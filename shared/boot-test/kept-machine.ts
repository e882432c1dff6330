import { z } from 'zod'
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
/** Before defaults are filled in. */
export type KeptMachineDraft = z.input<typeof keptMachineSchema>
