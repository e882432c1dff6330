import { z } from 'zod'
import { bootExpectationsSchema, bootMachineSchema, type BootTestInput } from '../boot-test/boot-test-request.js'
import { PLATFORM_IDS } from '../platforms/platform.js'

/**
 * A boot test that what the recipe made has to pass. It holds no configuration of a first boot, which can hold secrets, and no accelerator,
 * which is a matter of the machine that it runs on.
 */
export const recipeBootTestSchema = z
  .object({
    /** What the machine looks like to the guest. */
    platform: z.enum(PLATFORM_IDS).optional(),
    machine: bootMachineSchema.omit({ accelerator: true }).prefault({}),
    /** Id of the boot entry to boot, in place of the default one. */
    entry: z.string().max(4096).optional(),
    /** Kernel arguments for the test alone. */
    append: z.array(z.string().min(1).max(4096)).max(100).default([]),
    expect: bootExpectationsSchema.prefault({}),
  })
  .strict()
export type RecipeBootTest = z.infer<typeof recipeBootTestSchema>

/** What of a test goes into a recipe, and whether something of it does not. */
export function recipeBootTest({ platform, machine, entry, append, expect, seed, metadata, cdrom }: BootTestInput): {
  readonly bootTest: RecipeBootTest
  readonly isWhole: boolean
} {
  const { accelerator: _, ...shown } = machine
  return {
    bootTest: {
      ...(platform === undefined ? {} : { platform }),
      machine: shown,
      ...(entry === undefined ? {} : { entry }),
      append,
      expect,
    },
    isWhole: seed === undefined && metadata === undefined && cdrom === undefined,
  }
}
