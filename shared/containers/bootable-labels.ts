/** Labels of images that hold a system with a kernel: of bootc, and what came before it. */
const BOOTABLE_LABELS = ['containers.bootc', 'ostree.bootable'] as const

/** Whether an image says of itself that it is a bootable container: a system that can be installed to a disk. */
export function isBootable(labels: Readonly<Record<string, string>>): boolean {
  return BOOTABLE_LABELS.some((label) => ['1', 'true'].includes(labels[label]?.toLowerCase() ?? ''))
}
