import { ByteView } from '../images/byte-view.js'
import type { DiskContainer } from '../jobs/convert-request.js'
import { type ByteSource, DamagedData, type LintHost, viewOf } from './byte-source.js'
import { ByteStream } from './byte-stream.js'
import { BLOCK, readTarMember, walkTar } from './tar-members.js'

export interface FoundContainer {
  readonly container: DiskContainer
  readonly compressed: boolean
}

/** What a tar archive, or one in gzip, is a package of, by the names in it; null for all else. `wanted` decides where they do not tell. */
export async function findContainer(source: ByteSource, host: LintHost, wanted: DiskContainer | null): Promise<FoundContainer | null> {
  const head = await viewOf(source, 0, BLOCK)
  if (head.u16be(0) === 0x1f8b) {
    const first = await firstName(source, host)
    if (first === null && wanted !== 'tar.gz' && wanted !== 'oci') return null
    const oci = wanted === 'oci' || (wanted === null && /\.json$|\.qcow2$|\.vmdk$/i.test(first ?? ''))
    return { container: oci ? 'oci' : 'tar.gz', compressed: true }
  }
  // A damaged header of the first member is for the rules to find.
  if (!head.startsWith('ustar', 257) && !readTarMember(head)) return null
  if (wanted !== null && wanted !== 'tar.gz') return { container: wanted, compressed: false }
  const { members } = await walkTar(source, host)
  const has = (name: RegExp): boolean => members.some((member) => name.test(member.name))
  if (has(/\.ovf$/i)) return { container: 'ova', compressed: false }
  if (has(/^(\.\/)?(oci-layout|index\.json)$/)) return { container: 'containerdisk', compressed: false }
  return has(/^image_metadata\.json$/) ? { container: 'oci', compressed: false } : null
}

async function firstName(source: ByteSource, host: LintHost): Promise<string | null> {
  const stream = new ByteStream(host.gunzip(source))
  try {
    return readTarMember(new ByteView(await stream.take(BLOCK)))?.name ?? null
  } catch (thrown) {
    if (thrown instanceof DamagedData) return null
    throw thrown
  } finally {
    await stream.close()
  }
}
