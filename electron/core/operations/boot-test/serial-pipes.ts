import { constants, open } from 'node:fs'
import fs from 'node:fs/promises'
import net from 'node:net'
import { makePipes } from '../../tools/mkfifo/make-pipes.js'
import type { Host } from '../../process/host.js'

/** Of what is typed to a guest that does not read; what comes then is lost, as on any serial line. */
const MAX_WAITING = 1024 * 1024

/** The serial console of a machine, through two named pipes. */
export interface SerialPipes {
  /** What the guest writes. Ends when all of it was read, once `machineEnded` was said. */
  readonly output: AsyncIterable<Buffer>
  /** What the guest reads. */
  write(text: string): void
  machineEnded(): Promise<void>
  close(): void
}

/**
 * Makes `PLACE.in` and `PLACE.out` as qemu's `-chardev pipe` wants them (qemu(1)), and opens them. Pipes and no socket: qemu writes byte by
 * byte, of which the buffer of a socket takes 278 (measured with Linux 6.18); then a guest that waits no longer loses characters while this
 * program is busy for some milliseconds. A pipe takes 64 KiB.
 */
export async function openSerialPipes(host: Host, place: string): Promise<SerialPipes> {
  const [input, output] = [`${place}.in`, `${place}.out`]
  await makePipes(host, [input, output])
  const reader = new net.Socket({
    fd: await descriptor(output, constants.O_RDONLY | constants.O_NONBLOCK),
    readable: true,
    writable: false,
  })
  // As long as somebody may write to it, there is no end to read: neither before qemu opens it nor with what it wrote last.
  const kept = await fs.open(output, 'r+')
  // Opened for both, it is there before qemu reads from it.
  const writer = new net.Socket({ fd: await descriptor(input, constants.O_RDWR | constants.O_NONBLOCK), readable: false, writable: true })
  for (const end of [reader, writer]) end.on('error', () => {})
  reader.pause()
  let isKept = true
  const letGo = async (): Promise<void> => {
    if (!isKept) return
    isKept = false
    await kept.close()
  }
  return {
    output: reader,
    write: (text) => {
      if (writer.writableLength < MAX_WAITING) writer.write(text)
    },
    machineEnded: letGo,
    close: () => {
      reader.destroy()
      writer.destroy()
      void letGo()
    },
  }
}

/** A descriptor that the socket closes itself. */
async function descriptor(file: string, flags: number): Promise<number> {
  return new Promise((resolve, reject) => {
    open(file, flags, (error, fd) => (error ? reject(error) : resolve(fd)))
  })
}
