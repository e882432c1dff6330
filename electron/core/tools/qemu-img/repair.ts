import { explainQemuError } from '#shared/errors/explain-qemu'
import type { Access, Host } from '../../process/host.js'

/** qemu-img(1) `check -r`. */
export function repairArgs(driver: string, path: string, what: 'leaks' | 'all'): string[] {
  return ['check', '-r', what, '--output=json', '-f', driver, path]
}

/**
 * Repairs an image as far as qemu-img can; opening a VHDX for this replays its log. What it says is no verdict: check the image
 * afterwards. Exit codes: 0 to 3 as of `check`, qemu-img(1); 1 also where a damage is left that it cannot mend.
 */
export async function repairImage(
  host: Host,
  image: { driver: string; path: string; what: 'leaks' | 'all'; access: Access },
): Promise<void> {
  try {
    await host.run('qemu-img', repairArgs(image.driver, image.path, image.what), {
      access: image.access,
      okExitCodes: [0, 1, 2, 3],
      maxOutputBytes: 64 * 1024 ** 2,
    })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: image.path })
  }
}
