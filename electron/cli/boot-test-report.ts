import { PHASE_TITLES } from '#shared/boot-test/boot-phases'
import type { BootTestReport } from '#shared/boot-test/boot-test-report'
import type { UnkeptMachine } from '#shared/boot-test/kept-machine'
import { describeError } from '#shared/errors/describe-error'
import { shellLine } from '#shared/text/shell-quote'
import { table, visible } from './print.js'

/** What a boot test found, in lines for people. */
export function bootReportLines(report: BootTestReport): string[] {
  const { verdict, reason, seconds, accelerator, firmware, machine, evidence, timeline, notes, serial, metadata, kept, unkept } = report
  const head = { pass: 'PASS', fail: 'FAIL', timeout: 'TIME-OUT', none: 'NO VERDICT' }[verdict]
  const at = (time: number) => `${time.toFixed(1)} s`
  return [
    `${head} after ${at(seconds)}: ${visible(reason)}`,
    '',
    ...table(
      timeline.map(({ phase, seconds: time, line }) => [at(time), PHASE_TITLES[phase], visible(line).slice(0, 80)]),
      [0],
    ),
    '',
    ...evidence.map(({ kind, title, line, lineNumber }) => `${kind}: ${title} (line ${lineNumber})\n  ${visible(line)}`),
    '',
    `Machine: ${machine.type}${machine.arch === 'aarch64' ? ' (64-bit ARM)' : ''}, ${firmware.kind}, disk on ${machine.diskBus}, ${accelerator.used === 'kvm' ? 'KVM' : 'TCG'}`,
    `  ${visible(accelerator.reason)}`,
    ...(metadata === undefined ? [] : [`Metadata of ${metadata.service}, as the guest asked for it:`]),
    ...(metadata?.requests ?? []).map(({ method, path, status, seconds: time }) => `  ${at(time)}  ${status}  ${method} ${visible(path)}`),
    ...notes.map((note) => `Note: ${visible(note)}`),
    `Serial log: ${serial.path}`,
    ...(kept === undefined ? [] : [`The disk of the machine is kept as ${kept}`]),
    ...(unkept === undefined ? [] : unkeptLines(unkept)),
  ].flatMap((line) => line.split('\n'))
}

/** Why the disk of a machine was not kept, where it still is, and how to get it from there. */
function unkeptLines({ output, error, disk }: UnkeptMachine): string[] {
  const { title, detail } = describeError(error)
  return [
    '',
    `The disk of the machine could not be kept as ${output}: ${visible(title)}`,
    ...(detail === '' ? [] : [`  ${visible(detail)}`]),
    ...(disk === null
      ? []
      : [
          `What the guest wrote is still there, over the image that was tested: ${disk}`,
          `  Keep it elsewhere: ${shellLine(['qemu-img', 'convert', '-f', 'qcow2', '-O', 'qcow2', disk, 'NEW.qcow2'])}`,
          '  Remove it: diskwright jobs recover',
        ]),
  ]
}
