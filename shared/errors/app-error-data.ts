import { z } from 'zod'
import { ERROR_CODES } from './app-error.js'

/** What the window can offer as the next step; plain data, so Retry is generic. */
export const errorActionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('retry') }),
  z.object({ kind: z.literal('reload') }),
  z.object({ kind: z.literal('install-tool'), tool: z.string() }),
  z.object({ kind: z.literal('free-space'), folder: z.string(), neededBytes: z.number(), freeBytes: z.number() }),
  z.object({ kind: z.literal('choose-engine') }),
  z.object({ kind: z.literal('choose-output') }),
  /** The file is packed: its disks can be listed, and one of them unpacked. */
  z.object({ kind: z.literal('unpack') }),
  z.object({ kind: z.literal('repair') }),
  /** The registry wants to know who asks. */
  z.object({ kind: z.literal('sign-in'), registry: z.string() }),
  /** The registry answers without TLS: it may be asked that way, if the user says so. */
  z.object({ kind: z.literal('use-plain-http'), registry: z.string() }),
  /** The file or folder is a container image. */
  z.object({ kind: z.literal('open-container'), reference: z.string() }),
])
export type ErrorAction = z.infer<typeof errorActionSchema>

/** The wire and disk form of an error: what crosses IPC, `--json` and job records. */
export const appErrorDataSchema = z.object({
  code: z.enum(ERROR_CODES),
  /** Facts that the words are built from: names, paths, sizes in bytes. */
  details: z.record(z.string(), z.union([z.string(), z.number()])),
  actions: z.array(errorActionSchema),
  /** Raw output of the tool that failed, at most 64 KiB, newest last. */
  toolOutput: z.string().optional(),
  /** The copyable command that failed. */
  command: z.string().optional(),
})
export type AppErrorData = z.infer<typeof appErrorDataSchema>
