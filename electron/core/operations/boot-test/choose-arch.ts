import { bootArch } from '#shared/boot-test/image-machine'
import type { BootTestInput } from '#shared/boot-test/boot-test-request'
import { ARCH_TRAITS, isMachineArch, type MachineArch, MACHINE_ARCHES, problemOfMachine } from '#shared/boot-test/machine-arch'
import { AppError } from '#shared/errors/app-error'
import { openGuestFiles } from '../../guest/guest-files.js'
import { withReader } from '../../guest/reader.js'
import type { ImageSource } from '../../guest/source.js'
import { findArch } from '../../guest/system-facts.js'
import type { Host } from '../../process/host.js'
import type { ImageReading } from '../inspect-image.js'

/**
 * The processor of the machine: the one that was asked for, else the one that the image is for; x86-64 where nothing tells.
 *
 * @throws AppError `image-unsupported` for what runs on other processors, `bad-input` for what no machine with that one has, `tool-missing`
 */
export async function chooseArch(
  host: Host,
  { machine }: Pick<BootTestInput, 'machine'>,
  source: ImageSource,
  reading: ImageReading,
): Promise<MachineArch> {
  const { info } = reading
  const arch = machine.arch ?? info.arch ?? (await kernelArch(host, source, reading)) ?? bootArch(info) ?? 'x86_64'
  if (!isMachineArch(arch)) {
    const offered = MACHINE_ARCHES.map((id) => ARCH_TRAITS[id].title).join(' and ')
    const reason = `The image is for ${arch}; boot tests have machines of ${offered} alone.`
    const next = `Boot it on a machine of ${arch}.`
    throw new AppError('image-unsupported', { details: { path: source.path, feature: `A boot test for ${arch}`, reason, next } })
  }
  const problem = problemOfMachine(arch, machine)
  if (problem !== null) throw new AppError('bad-input', { details: { reason: problem } })
  host.find(ARCH_TRAITS[arch].tool)
  return arch
}

/** By the first bytes of a kernel, where no name tells. What starts by BIOS is for x86-64, and need not be looked at. */
async function kernelArch(host: Host, source: ImageSource, { info, boot }: ImageReading): Promise<string | null> {
  const mayTell = (info.firmware === 'uefi' || info.firmware === 'unknown') && boot.entries.some(({ linux }) => linux !== null)
  if (!mayTell) return null
  const found = await withReader(host, source, (reader) => findArch(openGuestFiles(host, reader), info.partitions, boot.entries))
  return found.from === 'assumed' ? null : found.arch
}
