import { Duplex } from 'node:stream'
import { FLAG, type TcpSegment } from './tcp-segment.js'

type Reply = Pick<TcpSegment, 'sequence' | 'acknowledged' | 'flags' | 'window' | 'data'> & { readonly mss?: number }

/** Of Ethernet: 1500 bytes without the headers of IPv4 and TCP. */
const MSS = 1460
/** What a sender takes that does not say, RFC 9293, 3.7.1. */
const LEAST_MSS = 536
const WINDOW = 65_535
/** A guest that does not take its answers has no right to the memory of this program. */
const OUT_BYTES = 256 * 1024
const RETRY_MS = 1000
const TRIES = 6
/** A guest that was reset in the middle says no more; nothing of the service takes as long. */
const IDLE_MS = 300_000

/**
 * A connection that a guest opened to an address that is only in this program: the part of RFC 9293 that a server needs on a link that
 * neither loses nor reorders much. A duplex stream to its server.
 */
export class TcpConnection extends Duplex {
  /** Next byte that is expected of the guest. */
  private expected: number
  /** First byte that the guest has not acknowledged. */
  private unacknowledged: number
  /** Next byte to send. */
  private next: number
  /** Next byte that was never sent: what is sent again may be acknowledged from before. */
  private farthest: number
  private window: number
  private readonly mss: number
  /** From `unacknowledged` on. */
  private out = Buffer.alloc(0)
  private wantsEnd = false
  private endSent = false
  private guestEnded = false
  private isOpen = false
  private waitingWrite: (() => void) | undefined
  private waitingEnd: (() => void) | undefined
  private timer: NodeJS.Timeout | undefined
  private readonly idle = setTimeout(() => this.destroy(), IDLE_MS).unref()
  private tries = 0
  private shownWindow = WINDOW

  constructor(
    syn: TcpSegment,
    private readonly reply: (segment: Reply) => void,
    initialSequence: number,
  ) {
    super({ allowHalfOpen: true })
    this.expected = after(syn.sequence, 1)
    this.unacknowledged = initialSequence
    this.next = after(initialSequence, 1)
    this.farthest = this.next
    this.window = syn.window
    this.mss = Math.min(MSS, Math.max(syn.mss ?? LEAST_MSS, 64))
    this.greet()
  }

  /** What the guest sent. */
  receive(segment: TcpSegment): void {
    if (this.destroyed) return
    this.idle.refresh()
    const { flags } = segment
    if (flags & FLAG.rst) {
      // Anybody could send one; it has to be about what comes next, RFC 5961, 3.2.
      if (segment.sequence === this.expected) this.destroy()
      return
    }
    if (flags & FLAG.syn) {
      // A guest that has forgotten the connection learns of it, and ends it, RFC 5961, 4.2.
      if (this.isOpen) this.acknowledge()
      else this.greet()
      return
    }
    if (flags & FLAG.ack) this.takeAcknowledgement(segment)
    this.takeData(segment)
    this.send()
    if (!this.endSent || this.unacknowledged !== this.next) return
    const { waitingEnd } = this
    this.waitingEnd = undefined
    waitingEnd?.()
    if (this.guestEnded) this.destroy()
  }

  override _read(): void {
    if (this.shownWindow < WINDOW / 2 && this.freeWindow() >= WINDOW / 2) this.acknowledge()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.out = Buffer.concat([this.out, chunk])
    this.send()
    if (this.out.length < OUT_BYTES) done()
    else this.waitingWrite = done
  }

  /** Done when the guest has all: a stream whose two sides are done is destroyed. */
  override _final(done: () => void): void {
    this.wantsEnd = true
    this.waitingEnd = done
    this.send()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearTimeout(this.timer)
    clearTimeout(this.idle)
    const isDone = this.guestEnded && this.endSent && this.unacknowledged === this.next
    if (!isDone) this.tell(FLAG.rst | FLAG.ack)
    done(error)
  }

  private greet(): void {
    this.reply({
      sequence: this.unacknowledged,
      acknowledged: this.expected,
      flags: FLAG.syn | FLAG.ack,
      window: WINDOW,
      mss: MSS,
      data: NOTHING,
    })
    this.waitForAnswer()
  }

  private takeAcknowledgement({ acknowledged, window }: TcpSegment): void {
    this.window = window
    const bytes = distance(acknowledged, this.unacknowledged)
    if (bytes <= 0 || distance(acknowledged, this.farthest) > 0) return
    // The beginning of a connection and its end count as a byte each.
    const data = this.isOpen ? bytes : bytes - 1
    this.isOpen = true
    this.endSent ||= data > this.out.length
    this.out = this.out.subarray(Math.min(data, this.out.length))
    this.unacknowledged = acknowledged
    if (distance(acknowledged, this.next) > 0) this.next = acknowledged
    this.tries = 0
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.out.length >= OUT_BYTES) return
    const { waitingWrite } = this
    this.waitingWrite = undefined
    waitingWrite?.()
  }

  private takeData({ sequence, flags, data }: TcpSegment): void {
    if (data.length === 0 && !(flags & FLAG.fin)) return
    const known = distance(this.expected, sequence)
    const end = known + this.freeWindow()
    // What came too early or before comes again, or was acknowledged.
    if (known >= 0 && known <= data.length && !this.guestEnded) {
      const fresh = data.subarray(known, end)
      if (fresh.length > 0) {
        this.expected = after(this.expected, fresh.length)
        this.push(fresh)
      }
      if (flags & FLAG.fin && end >= data.length) {
        this.expected = after(this.expected, 1)
        this.guestEnded = true
        this.push(null)
      }
    }
    this.acknowledge()
  }

  private send(): void {
    if (!this.isOpen || this.destroyed) return
    // Behind the end there is nothing.
    if (!this.endSent) this.sendRest()
    if (this.next !== this.unacknowledged || this.out.length > 0) this.waitForAnswer()
  }

  private sendRest(): void {
    for (;;) {
      const sent = this.inFlight()
      const bytes = Math.min(this.mss, this.window - sent, this.out.length - sent)
      if (bytes <= 0) break
      this.tell(FLAG.ack | FLAG.psh, this.out.subarray(sent, sent + bytes))
      this.goOn(bytes)
    }
    if (!this.wantsEnd || this.inFlight() !== this.out.length) return
    this.tell(FLAG.ack | FLAG.fin)
    this.goOn(1)
    this.endSent = true
  }

  private goOn(bytes: number): void {
    this.next = after(this.next, bytes)
    if (distance(this.next, this.farthest) > 0) this.farthest = this.next
  }

  private inFlight(): number {
    return distance(this.next, this.unacknowledged)
  }

  /** Sends all again that was not acknowledged; one byte where the guest takes none, to learn when it does. */
  private sendAgain(): void {
    this.timer = undefined
    this.tries += 1
    if (this.tries > TRIES) {
      this.destroy()
      return
    }
    if (!this.isOpen) {
      this.greet()
      return
    }
    this.next = this.unacknowledged
    this.endSent = false
    this.window = Math.max(1, this.window)
    this.send()
  }

  private waitForAnswer(): void {
    this.timer ??= setTimeout(() => this.sendAgain(), RETRY_MS * 2 ** this.tries).unref()
  }

  private acknowledge(): void {
    this.tell(FLAG.ack)
  }

  private tell(flags: number, data: Buffer = NOTHING): void {
    this.shownWindow = this.freeWindow()
    this.reply({ sequence: this.next, acknowledged: this.expected, flags, window: this.shownWindow, data })
  }

  private freeWindow(): number {
    return Math.max(0, WINDOW - this.readableLength)
  }
}

const NOTHING = Buffer.alloc(0)

/** Sequence numbers begin again after 2^32. */
function after(sequence: number, bytes: number): number {
  return (sequence + bytes) >>> 0
}

/** How many bytes `left` is after `right`. */
function distance(left: number, right: number): number {
  return (left - right) | 0
}
