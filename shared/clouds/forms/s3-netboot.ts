import type { UploadResult } from '../upload-plan.js'
import type { FieldValues } from '../field.js'
import { textOf } from '../read-values.js'

type NextStep = UploadResult['next'][number]

/** How machines boot what was stored: an iPXE script, and the boot parameters of OpenCHAMI's boot script service. */
export function netbootSnippets(values: FieldValues, urlOf: (key: string) => string, keys: Readonly<Record<string, string>>): NextStep[] {
  const [rootfs, kernel, initramfs] = ['rootfs', 'kernel', 'initramfs'].map((role) => urlOf(keys[role] ?? '')) as [string, string, string]
  const params = `root=live:${rootfs} ${textOf(values, 'cmdline')}`.trim()
  // A kernel that UEFI started loads what initrd= names; others do not look at it.
  const ipxe = ['#!ipxe', `kernel ${kernel} initrd=initrd ${params}`, `initrd --name initrd ${initramfs}`, 'boot'].join('\n')
  const bss = JSON.stringify({ macs: ['02:00:00:00:00:01'], kernel, initrd: initramfs, params }, null, 2)
  return [
    { title: 'Root file system', command: null, url: rootfs },
    { title: 'Kernel', command: null, url: kernel },
    { title: 'Initial RAM disk', command: null, url: initramfs },
    { title: 'iPXE script', command: ipxe, url: null },
    { title: 'Boot parameters for OpenCHAMI (ochami bss boot params set -d @-)', command: bss, url: null },
  ]
}
