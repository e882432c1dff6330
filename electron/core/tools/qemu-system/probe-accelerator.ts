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

export function acceleratorArgs(accelerator: 'kvm' | 'tcg', romPath: string): string[] {
  const machine = ['-nodefaults', '-no-user-config', '-display', 'none', '-machine', `pc,accel=${accelerator}`, '-cpu', 'max', '-m', '16']
  return [...machine, '-bios', romPath, '-device', `isa-debug-exit,iobase=${EXIT_PORT},iosize=4`]
}

/**
 * Runs guest code under an accelerator.
 *
 * @throws AppError `tool-failed` or `tool-timeout` when it does not run
 */
export async function runOnAccelerator(host: Host, accelerator: 'kvm' | 'tcg', romPath: string): Promise<void> {
  await host.run('qemu-system-x86_64', acceleratorArgs(accelerator, romPath), {
    access: { read: [romPath], ...(accelerator === 'kvm' ? { devices: ['/dev/kvm'] } : {}) },
    okExitCodes: [GUEST_SAID_SO],
    timeoutMs: 10_000,
  })
}
