import type { BootReport } from '#shared/boot/boot-entry'
import { argKey, argValue } from '#shared/boot/kernel-args'
import { bootingEntry } from '#shared/boot-test/booting-entry'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import type { WantedArguments } from '#shared/boot-test/judge'
import type { ArgChange, Edit } from '#shared/edits/edit'

const PLATFORM_KEY = 'ignition.platform.id'

/** What the test changes on its own: which entry boots, and with which further arguments. Never part of a saved image. */
export function temporaryEdits(input: BootTestInput, boot: Pick<BootReport, 'entries'>): Edit[] {
  const chosen = input.entry ?? (input.edits.some(({ kind }) => kind === 'boot-default') ? undefined : bootingEntry(boot)?.id)
  const before = boot.entries.find(({ id }) => id === chosen)
  const changes: ArgChange[] = [
    ...(input.seed?.ignition === undefined ? [] : ignitionChanges(before?.args ?? [])),
    ...input.append.map((arg): ArgChange => ({ op: 'append', arg })),
  ]
  return [
    ...(input.entry === undefined ? [] : [{ kind: 'boot-default', entry: input.entry } as const]),
    ...(changes.length === 0 ? [] : [{ kind: 'kernel-args', entry: chosen ?? '*', changes } as const]),
  ]
}

/** Ignition reads qemu's firmware configuration on the platform qemu alone (coreos/ignition docs/supported-platforms.md). */
function ignitionChanges(args: readonly string[]): ArgChange[] {
  const from = args.find((arg) => argKey(arg) === PLATFORM_KEY)
  const value = from === undefined ? null : argValue(from)
  if (value === null) return [{ op: 'append', arg: `${PLATFORM_KEY}=qemu` }]
  return value === 'qemu' ? [] : [{ op: 'replace', key: PLATFORM_KEY, from: value, to: 'qemu' }]
}

/**
 * What the command line of the kernel has to show: what the edits added to the entry that boots, and nothing of what they removed;
 * without edits all of its arguments. Variables of the boot loader are not known here.
 */
export function wantedArguments(before: Pick<BootReport, 'entries'>, after: Pick<BootReport, 'entries'>, entry?: string): WantedArguments {
  const find = (report: Pick<BootReport, 'entries'>, id: string | undefined) => report.entries.find((one) => one.id === id)
  const booting = find(after, entry) ?? bootingEntry(after)
  const old = find(before, booting?.id)?.args ?? []
  const now = (booting?.args ?? []).filter((arg) => !arg.includes('$'))
  const added = now.filter((arg) => !old.includes(arg))
  const removed = old.filter((arg) => !now.includes(arg) && !arg.includes('$'))
  return { present: added.length + removed.length > 0 ? added : now, absent: removed }
}
