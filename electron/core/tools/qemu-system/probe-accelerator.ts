import { ARCH_TRAITS, type MachineArch } from '#shared/boot-test/machine-arch'
import type { Host } from '../../process/host.js'

const ROM_BYTES = 64 * 1024
const EXIT_PORT = 0xf4
/** What isa-debug-exit turns the written value 0x10 into: `value << 1 | 1`. */
const GUEST_SAID_SO = 33
const HLT = 0xf4

/**
 * A firmware whose first instructions, at the reset vector F000:FFF0, write 0x10 to the debug exit port: when qemu ends with 33,
 * the processor really ran guest code.
 */
export function exitRom(): Uint8Array {
  const rom = new Uint8Array(ROM_BYTES).fill(HLT)
  // mov dx, 0xf4; mov al, 0x10; out dx, al
  rom.set([0xba, EXIT_PORT, 0x00, 0xb0, 0x10, 0xee], ROM_BYTES - 16)
  return rom
}

/**
 * The same for 64-bit ARM, whose first instruction is the first one of the firmware: a call of PSCI SYSTEM_OFF (Arm DEN 0022, 5.10), after
 * which qemu ends by itself.
 */
export function switchOffRom(): Uint8Array {
  const rom = new Uint8Array(ROM_BYTES)
  // movz w0, 0x0008; movk w0, 0x8400, lsl 16; hvc 0; b .
  const code = [0x52800100, 0x72b08000, 0xd4000002, 0x14000000]
  const view = new DataView(rom.buffer)
  code.forEach((word, index) => view.setUint32(index * 4, word, true))
  return rom
}

const ROMS: Readonly<Record<MachineArch, () => Uint8Array>> = { x86_64: exitRom, aarch64: switchOffRom }
const EXIT_CODES: Readonly<Record<MachineArch, number>> = { x86_64: GUEST_SAID_SO, aarch64: 0 }

export function probeRom(arch: MachineArch): Uint8Array {
  return ROMS[arch]()
}

export function acceleratorArgs(accelerator: 'kvm' | 'tcg', romPath: string, arch: MachineArch = 'x86_64'): string[] {
  const plain = ['-nodefaults', '-no-user-config', '-display', 'none', '-cpu', 'max', '-bios', romPath]
  if (arch === 'aarch64') return [...plain, '-machine', `virt,accel=${accelerator},gic-version=max`, '-m', '64']
  return [...plain, '-machine', `pc,accel=${accelerator}`, '-m', '16', '-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=4`]
}

/**
 * Runs guest code under an accelerator.
 *
 * @throws AppError `tool-failed` or `tool-timeout` when it does not run
 */
export async function runOnAccelerator(
  host: Host,
  accelerator: 'kvm' | 'tcg',
  romPath: string,
  arch: MachineArch = 'x86_64',
): Promise<void> {
  await host.run(ARCH_TRAITS[arch].tool, acceleratorArgs(accelerator, romPath, arch), {
    access: { read: [romPath], ...(accelerator === 'kvm' ? { devices: ['/dev/kvm'] } : {}) },
    okExitCodes: [EXIT_CODES[arch]],
    timeoutMs: 10_000,
  })
}
