import { gunzipSync, gzipSync } from 'node:zlib'
import { AppError } from '#shared/errors/app-error'
import { type ArchiveEntry, readNewc, writeNewc } from '#shared/system/newc'
import type { EditContext, Located } from '../edit-handler.js'

const MAX_INITRAMFS_BYTES = 512 * 1024 * 1024
/** How far from the end an archive of ours is looked for. */
const MAX_OWN_BYTES = 24 * 1024 * 1024
const GZIP = Buffer.from([0x1f, 0x8b, 0x08])

/**
 * With the platform `file` Ignition reads /config.ign of the initial RAM disk; with every other one the user's configuration in
 * /usr/lib/ignition comes first, so that the platform can stay what it is (coreos/ignition internal/exec/engine.go, fetchProviderConfig).
 */
function archiveOf(config: Uint8Array): readonly ArchiveEntry[] {
  const folders = ['usr', 'usr/lib', 'usr/lib/ignition'].map((path) => ({ path, mode: 0o755, content: null }))
  return [
    { path: 'config.ign', mode: 0o600, content: config },
    ...folders,
    { path: 'usr/lib/ignition/user.ign', mode: 0o600, content: config },
  ]
}

/** Appends the configuration to every initial RAM disk that an entry boots with; the kernel unpacks all archives in it, the last one over the others. */
export async function appendToInitramfs(context: EditContext, config: Uint8Array): Promise<void> {
  const places = await findInitramfs(context)
  if (places.length === 0)
    throw new AppError('edit-conflict', { details: { path: 'initramfs', reason: 'no boot entry names one that is in the image' } })
  for (const { partition, path } of places) {
    const before = await context.draft.read(partition, path, MAX_INITRAMFS_BYTES)
    const after = withEmbedded(before, config)
    if (!after.equals(before)) await context.draft.write(partition, path, after, after.length)
  }
  context.note(`The configuration is in ${places.map((place) => place.path).join(', ')}; an initramfs that is built anew does not have it.`)
}

/** The last one of each entry: those before it are microcode, which the kernel reads before anything is unpacked. */
async function findInitramfs(context: EditContext): Promise<Located[]> {
  const found = new Map<string, Located>()
  for (const { initrds, partition } of (await context.boot()).entries) {
    const last = initrds.findLast((initrd) => !initrd.includes('$'))
    if (last === undefined) continue
    const place = await findFile(context, partition, last)
    if (place) found.set(`${place.partition}:${place.path}`, place)
  }
  return [...found.values()]
}

/** An entry names files as its boot loader sees them: with or without /boot, and GRUB can have searched for another partition. */
async function findFile({ draft }: EditContext, partition: number, file: string): Promise<Located | undefined> {
  const paths = file.startsWith('/boot/') ? [file, file.slice('/boot'.length)] : [file, `/boot${file}`]
  const others = draft.partitions
    .filter(({ number, filesystem }) => number !== partition && filesystem !== null)
    .map(({ number }) => number)
  for (const candidate of [partition, ...others]) {
    for (const path of paths) {
      if (await draft.find(candidate, path).catch(() => undefined)) return { partition: candidate, path }
    }
  }
  return undefined
}

/** The RAM disk with the configuration at its end; one that stands there already is replaced. Archives begin at a multiple of four bytes. */
export function withEmbedded(initramfs: Buffer, config: Uint8Array): Buffer {
  const base = withoutEmbedded(initramfs)
  const padding = Buffer.alloc((4 - (base.length % 4)) % 4)
  return Buffer.concat([base, padding, gzipSync(writeNewc(archiveOf(config)), { level: 9 })])
}

/** The configuration that was appended before; undefined where there is none. */
export function embeddedConfig(initramfs: Buffer): Uint8Array | undefined {
  const at = embeddedAt(initramfs)
  return at === undefined ? undefined : (unpacked(initramfs.subarray(at))?.[0]?.content ?? undefined)
}

function withoutEmbedded(initramfs: Buffer): Buffer {
  const at = embeddedAt(initramfs)
  return at === undefined ? initramfs : initramfs.subarray(0, at)
}

/** Ours is the last archive, and holds nothing else. */
function embeddedAt(initramfs: Buffer): number | undefined {
  const first = Math.max(0, initramfs.length - MAX_OWN_BYTES)
  for (let at = initramfs.lastIndexOf(GZIP); at >= first; at = at === 0 ? -1 : initramfs.lastIndexOf(GZIP, at - 1)) {
    const entries = at % 4 === 0 ? unpacked(initramfs.subarray(at)) : undefined
    if (entries) return entries[0]?.path === 'config.ign' && entries.every(isOurs) ? at : undefined
  }
  return undefined
}

function isOurs({ path, content }: ArchiveEntry): boolean {
  return content === null || path === 'config.ign' || path === 'usr/lib/ignition/user.ign'
}

/** Entries of a compressed archive that reaches to the end; undefined where it is none. */
function unpacked(bytes: Buffer): ArchiveEntry[] | undefined {
  try {
    const entries = readNewc(gunzipSync(bytes, { maxOutputLength: 2 * MAX_OWN_BYTES }))
    return entries.length > 0 ? entries : undefined
  } catch {
    return undefined
  }
}
