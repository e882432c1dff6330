const MODULE = /(?:^|\/)lib\/modules\/[^/]+\/(?:.*\/)?([^/]+)\.ko(?:\.(?:xz|zst|gz|bz2))?$/
const BUILTIN = /^(?:.*\/)?([^/]+)\.ko$/

/** Name of a module as lsmod(8) shows it: `virtio-blk.ko` is `virtio_blk`. */
export function moduleName(name: string): string {
  return name.replaceAll('-', '_')
}

/** Kernel modules among the names of an initial RAM disk: those below /lib/modules/VERSION, compressed or not. */
export function initramfsModules(names: readonly string[]): Set<string> {
  return new Set(names.flatMap((name) => MODULE.exec(name)?.[1] ?? []).map(moduleName))
}

/** Whether a file lists what is built into the kernel; its content is for `builtinModules`. */
export function isBuiltinList(name: string): boolean {
  return /(?:^|\/)lib\/modules\/[^/]+\/modules\.builtin$/.test(name)
}

/** Modules that need no file: lines of `modules.builtin`, such as `kernel/drivers/block/virtio_blk.ko`. */
export function builtinModules(text: string): Set<string> {
  return new Set(
    text
      .split('\n')
      .flatMap((line) => BUILTIN.exec(line.trim())?.[1] ?? [])
      .map(moduleName),
  )
}
