import { explainQemuError } from '#shared/errors/explain-qemu'
import type { Access, Host } from '../../process/host.js'

/**
 * `-F` is always given: a backing file whose format is guessed can name host files. `-u` keeps qemu-img from opening the backing
 * file at all, so the size must be given; how it is read is decided by the node graph that opens the overlay.
 */
export function createOverlayArgs(overlay: { path: string; backingPath: string; backingDriver: string; virtualBytes: number }): string[] {
  return [
    'create',
    '-q',
    '-u',
    '-f',
    'qcow2',
    '-F',
    overlay.backingDriver,
    '-b',
    overlay.backingPath,
    overlay.path,
    String(overlay.virtualBytes),
  ]
}

/** Makes an empty qcow2 overlay over an image. The image is not opened. */
export async function createOverlay(
  host: Host,
  overlay: { path: string; backingPath: string; backingDriver: string; virtualBytes: number; access: Access },
): Promise<void> {
  try {
    await host.run('qemu-img', createOverlayArgs(overlay), { access: overlay.access })
  } catch (thrown) {
    throw explainQemuError(thrown, { path: overlay.path })
  }
}
