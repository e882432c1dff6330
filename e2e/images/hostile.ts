import fs from 'node:fs/promises'
import path from 'node:path'
import type { Host } from '#core/process/host'

const MIB = 1024 * 1024
/** Text that must not be found in anything Diskwright reads, shows or writes. */
export const CANARY = 'CANARY-7f3a: content of a host file'

export interface HostileFolder {
  readonly folder: string
  /** A host file outside the folder that images try to name. */
  readonly secret: string
}

/** Makes one image in `where.folder`; returns its path. */
type Maker = (host: Host, where: HostileFolder) => Promise<string>

function named(file: string, make: (host: Host, target: string, where: HostileFolder) => Promise<unknown>): Maker {
  return async (host, where) => {
    const target = path.join(where.folder, file)
    await make(host, target, where)
    return target
  }
}

const create = (host: Host, args: readonly string[]): Promise<unknown> => host.run('qemu-img', ['create', '-q', ...args])

/** `-u` lets qemu-img write a name into the header without opening it. */
const withBacking = (host: Host, target: string, backing: string, format: string): Promise<unknown> =>
  create(host, ['-u', '-f', 'qcow2', '-F', format, '-b', backing, target, '16M'])

/** Images that name other files, and files that are not what they seem. Formats: QEMU docs/interop/qcow2.txt, VMware VMDK 5.0. */
export const HOSTILE = {
  empty: named('empty.qcow2', (_host, target) => fs.writeFile(target, '')),
  'one-byte': named('one-byte.img', (_host, target) => fs.writeFile(target, 'x')),
  random: named('random.qcow2', (_host, target) => fs.writeFile(target, noise(3 * MIB))),
  truncated: named('truncated.qcow2', async (host, target) => {
    await fs.writeFile(`${target}.raw`, noise(4 * MIB))
    await host.run('qemu-img', ['convert', '-f', 'raw', '-O', 'qcow2', `${target}.raw`, target])
    await fs.rm(`${target}.raw`)
    await fs.truncate(target, 2 * MIB)
  }),
  'header-only': named('header-only.qcow2', async (host, target) => {
    await create(host, ['-f', 'qcow2', target, '1G'])
    await fs.truncate(target, 512)
  }),
  'backing-json': named('backing-json.qcow2', (host, target, { secret }) =>
    withBacking(host, target, `json:${JSON.stringify({ driver: 'raw', file: { driver: 'file', filename: secret } })}`, 'raw'),
  ),
  'backing-absolute': named('backing-absolute.qcow2', (host, target, { secret }) => withBacking(host, target, secret, 'raw')),
  'backing-parent': named('backing-parent.qcow2', (host, target, { secret }) =>
    withBacking(host, target, `../${path.basename(secret)}`, 'raw'),
  ),
  'backing-protocol': named('backing-protocol.qcow2', (host, target) => withBacking(host, target, 'nbd:127.0.0.1:10809', 'raw')),
  'backing-missing': named('backing-missing.qcow2', (host, target) => withBacking(host, target, 'not-there.qcow2', 'qcow2')),
  'backing-loop': named('loop-a.qcow2', async (host, target, { folder }) => {
    await withBacking(host, target, 'loop-b.qcow2', 'qcow2')
    await withBacking(host, path.join(folder, 'loop-b.qcow2'), 'loop-a.qcow2', 'qcow2')
  }),
  'backing-link': named('backing-link.qcow2', async (host, target, { folder, secret }) => {
    await fs.symlink(secret, path.join(folder, 'innocent.raw'))
    await withBacking(host, target, 'innocent.raw', 'raw')
  }),
  'data-file': named('data-file.qcow2', async (host, target, { folder, secret }) => {
    const data = path.join(folder, 'data.raw')
    await create(host, ['-f', 'qcow2', '-o', `data_file=${data},data_file_raw=on`, target, '16M'])
    await fs.rm(data)
    await fs.symlink(secret, data)
  }),
  'vmdk-extent-outside': named('extent-outside.vmdk', (_host, target, { secret }) => fs.writeFile(target, descriptor(secret))),
  'vmdk-extent-parent': named('extent-parent.vmdk', (_host, target, { secret }) =>
    fs.writeFile(target, descriptor(`../${path.basename(secret)}`)),
  ),
  'vmdk-extent-missing': named('extent-missing.vmdk', (_host, target) => fs.writeFile(target, descriptor('gone-flat.vmdk'))),
  'raw-with-qcow2-header': named('looks-like-qcow2.raw', async (host, target, { secret }) => {
    await withBacking(host, target, secret, 'raw')
    await fs.truncate(target, 16 * MIB)
  }),
  'huge-l1': named('huge-l1.qcow2', async (host, target) => {
    await create(host, ['-f', 'qcow2', target, '1G'])
    await patch(target, 36, Buffer.from([0x7f, 0xff, 0xff, 0xff]))
  }),
  folder: named('a-folder.qcow2', (_host, target) => fs.mkdir(target)),
} as const satisfies Readonly<Record<string, Maker>>

export type HostileName = keyof typeof HOSTILE
export const HOSTILE_NAMES = Object.keys(HOSTILE) as readonly HostileName[]

/** A folder for hostile images with a canary file beside it, both below `parent`. */
export async function hostileFolder(parent: string): Promise<HostileFolder> {
  const folder = await fs.mkdtemp(path.join(parent, 'hostile-'))
  const secret = path.join(parent, `${path.basename(folder)}-secret.raw`)
  await fs.writeFile(secret, `${CANARY}\n`.repeat(2000))
  return { folder, secret }
}

export function makeHostile(host: Host, name: HostileName, where: HostileFolder): Promise<string> {
  return HOSTILE[name](host, where)
}

/** File names that break tools which build command lines from text. */
export const ODD_NAMES = [
  'with space.qcow2',
  `it's "quoted".qcow2`,
  'two\nlines.qcow2',
  '-leading-dash.qcow2',
  'nbd:colon.qcow2',
  'a,b=c.qcow2',
  '$(echo).qcow2',
  'ünïcödé.qcow2',
] as const

function descriptor(extent: string): string {
  return `# Disk DescriptorFile
version=1
CID=fffffffe
parentCID=ffffffff
createType="monolithicFlat"

# Extent description
RW 128 FLAT "${extent}" 0

# The Disk Data Base
ddb.adapterType = "ide"
ddb.geometry.cylinders = "1"
ddb.geometry.heads = "16"
ddb.geometry.sectors = "63"
`
}

async function patch(file: string, offset: number, bytes: Buffer): Promise<void> {
  const handle = await fs.open(file, 'r+')
  await handle.write(bytes, 0, bytes.length, offset)
  await handle.close()
}

/** Bytes without any structure, the same in each run. */
function noise(length: number): Buffer {
  const out = Buffer.alloc(length)
  let state = 0x2545f491
  for (let index = 0; index < length; index += 1) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    out[index] = state & 0xff
  }
  return out
}
