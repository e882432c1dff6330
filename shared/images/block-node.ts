/**
 * One node of qemu's block graph, as `json:` file name. Naming the format and the backing of every layer keeps qemu from
 * following what an image's header says (research on CVE-2022-47951, CVE-2024-32498, CVE-2024-4467).
 */
export interface BlockNode {
  /** qemu block driver: `qcow2`, `vpc` … */
  readonly driver: string
  /** Absolute path of the image file. */
  readonly path: string
  /** Backing node; null when the image has none, or none is wanted. Left out for formats that know no backing. */
  readonly backing?: BlockNode | null
  /** Where in the file the image lies, bytes; the whole file when it is not given. It can be read only there. */
  readonly window?: { readonly offset: number; readonly size: number }
  /** Open although another process writes to it; what is read may be out of date. */
  readonly forceShare?: boolean
}

export interface BlockOptions {
  readonly driver: string
  readonly [key: string]: unknown
}

/** The `blockdev` object of a node, QEMU QAPI `BlockdevOptions`. */
export function blockOptions(node: BlockNode, access: 'read-only' | 'read-write' = 'read-only'): BlockOptions {
  const file = {
    driver: 'file',
    filename: node.path,
    'read-only': access === 'read-only',
    ...(node.forceShare ? { 'force-share': true } : {}),
  }
  return {
    driver: node.driver,
    'read-only': access === 'read-only',
    ...(node.forceShare ? { 'force-share': true } : {}),
    file: node.window === undefined ? file : { driver: 'raw', 'read-only': true, offset: node.window.offset, size: node.window.size, file },
    ...(node.backing === undefined ? {} : { backing: node.backing && blockOptions(node.backing) }),
  }
}

/**
 * The image as qemu-img takes it beside `-f`: its path where that says all (formats without backing files, and images that
 * name none), else the whole graph.
 */
export function imageName(node: BlockNode): string {
  return node.backing || node.forceShare || node.window ? jsonName(node) : node.path
}

/** A file name for qemu-img that opens exactly this graph. */
export function jsonName(node: BlockNode): string {
  return `json:${JSON.stringify(blockOptions(node))}`
}
