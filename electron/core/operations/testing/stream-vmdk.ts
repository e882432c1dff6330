import { deflateSync } from 'node:zlib'

const SECTOR = 512
const GRAIN = 64 * 1024

/**
 * A stream-optimized VMDK as VMware's "Virtual Disk Format" 5.0 draws it, for tests: written from the specification apart from the product's
 * own writer, so that both and the rules can be held against each other.
 */
export function streamVmdk(disk: Buffer, name: string): Buffer {
  const descriptor = Buffer.from(
    `# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\ncreateType="streamOptimized"\nRDONLY ${disk.length / SECTOR} SPARSE "${name}"\nddb.adapterType = "lsilogic"\nddb.virtualHWVersion = "13"\n`,
  )
  const parts: Buffer[] = [header(disk.length, 0xffffffffffffffffn), padded(descriptor, 20 * SECTOR)]
  let at = 128
  parts.push(Buffer.alloc((at - 21) * SECTOR))
  const put = (bytes: Buffer): number => {
    const place = at
    const block = padded(bytes, Math.ceil(bytes.length / SECTOR) * SECTOR)
    parts.push(block)
    at += block.length / SECTOR
    return place
  }
  const grains = Math.ceil(disk.length / GRAIN)
  const directory = Buffer.alloc(padTo(Math.ceil(grains / 512) * 4))
  for (let table = 0; table * 512 < grains; table += 1) {
    const entries = Buffer.alloc(512 * 4)
    for (let index = 0; index < 512 && table * 512 + index < grains; index += 1) {
      const grain = table * 512 + index
      const data = padded(disk.subarray(grain * GRAIN, (grain + 1) * GRAIN), GRAIN)
      if (data.every((byte) => byte === 0)) continue
      const packed = deflateSync(data)
      const head = Buffer.alloc(12)
      head.writeBigUInt64LE(BigInt((grain * GRAIN) / SECTOR), 0)
      head.writeUInt32LE(packed.length, 8)
      entries.writeUInt32LE(put(Buffer.concat([head, packed])), index * 4)
    }
    put(marker(entries.length / SECTOR, 1))
    directory.writeUInt32LE(put(entries), table * 4)
  }
  put(marker(directory.length / SECTOR, 2))
  const directoryAt = put(directory)
  put(marker(1, 3))
  put(header(disk.length, BigInt(directoryAt)))
  put(marker(0, 0))
  return Buffer.concat(parts)
}

function header(bytes: number, gdOffset: bigint): Buffer {
  const block = Buffer.alloc(SECTOR)
  block.write('KDMV', 0)
  block.writeUInt32LE(3, 4)
  block.writeUInt32LE(0x30001, 8)
  block.writeBigUInt64LE(BigInt(bytes / SECTOR), 12)
  block.writeBigUInt64LE(BigInt(GRAIN / SECTOR), 20)
  block.writeBigUInt64LE(1n, 28)
  block.writeBigUInt64LE(20n, 36)
  block.writeUInt32LE(512, 44)
  block.writeBigUInt64LE(gdOffset, 56)
  block.writeBigUInt64LE(128n, 64)
  block.write('\n \r\n', 73, 'latin1')
  block.writeUInt16LE(1, 77)
  return block
}

function marker(value: number, type: number): Buffer {
  const block = Buffer.alloc(SECTOR)
  block.writeBigUInt64LE(BigInt(value), 0)
  block.writeUInt32LE(type, 12)
  return block
}

function padTo(bytes: number): number {
  return Math.ceil(bytes / SECTOR) * SECTOR
}

function padded(bytes: Buffer, length: number): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(length - bytes.length)])
}
