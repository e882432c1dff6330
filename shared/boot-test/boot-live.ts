import { z } from 'zod'
import { keepingMachineSchema } from './kept-machine.js'
import { acceleratorSchema, bootEvidenceSchema, bootPhaseMarkSchema, bootVerdictSchema } from './boot-test-report.js'

/** What qemu says of the machine: QEMU qapi/run-state.json, `RunState`, in the words that people need. */
export const MACHINE_STATES = ['running', 'paused', 'suspended', 'panicked', 'shut-down'] as const
export type MachineState = (typeof MACHINE_STATES)[number]

/** The state that an event of qemu puts the machine in; undefined for events that leave it as it is. */
export function stateAfter(event: string): MachineState | undefined {
  switch (event) {
    case 'RESUME':
    case 'WAKEUP':
    case 'RESET':
      return 'running'
    case 'STOP':
      return 'paused'
    case 'SUSPEND':
      return 'suspended'
    case 'GUEST_PANICKED':
      return 'panicked'
    case 'SHUTDOWN':
      return 'shut-down'
    default:
      return undefined
  }
}

/** How it stands with a machine that runs. */
export const bootLiveSchema = z.object({
  /** Since the machine was switched on. */
  seconds: z.number(),
  state: z.enum(MACHINE_STATES),
  /** What runs the processor, and why that. */
  accelerator: acceleratorSchema.optional(),
  timeline: z.array(bootPhaseMarkSchema),
  evidence: z.array(bootEvidenceSchema),
  /** What is wanted and did not come yet. */
  missing: z.array(z.string()),
  /** The verdict of a machine that is held after it. */
  judged: z.object({ verdict: bootVerdictSchema, reason: z.string(), seconds: z.number() }).nullable(),
  /** Port of 127.0.0.1 that leads to SSH of the guest; null without a network. */
  sshPort: z.number().nullable(),
  /** Once it was asked to be kept. */
  keeping: keepingMachineSchema.optional(),
})
export type BootLive = z.infer<typeof bootLiveSchema>
