import type { Socket } from 'node:net'

/** No frame of qemu's is longer: net/net.h, NET_BUFSIZE. */
const MAX_FRAME = 4096 + 65_536
const LENGTH_BYTES = 4
/** Frames that the other end does not take in time are lost, as on any network. */
const MAX_WAITING = 1024 * 1024

/** Frames on a stream: each after its length. QEMU net/stream.c, net_fill_rstate. */
export class FrameStream {
  private rest = Buffer.alloc(0)

  constructor(
    private readonly socket: Socket,
    private readonly onFrame: (frame: Buffer) => void,
  ) {
    socket.on('data', (chunk: Buffer) => this.take(chunk))
    socket.on('error', () => {})
    socket.resume()
  }

  send(frame: Buffer): void {
    if (this.socket.destroyed || this.socket.writableLength > MAX_WAITING) return
    const length = Buffer.alloc(LENGTH_BYTES)
    length.writeUInt32BE(frame.length)
    this.socket.write(Buffer.concat([length, frame]))
  }

  private take(chunk: Buffer): void {
    let whole = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk])
    while (whole.length >= LENGTH_BYTES) {
      const length = whole.readUInt32BE(0)
      if (length > MAX_FRAME) {
        this.socket.destroy()
        return
      }
      if (whole.length < LENGTH_BYTES + length) break
      this.onFrame(whole.subarray(LENGTH_BYTES, LENGTH_BYTES + length))
      whole = whole.subarray(LENGTH_BYTES + length)
    }
    this.rest = Buffer.from(whole)
  }
}
