import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** AWS "Use the Instance Metadata Service to access instance metadata": six hours. */
const MAX_TTL_SECONDS = 21_600

/** Seconds that a token is asked for; null for what the service refuses. */
export function ttlOf(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,5}$/.test(header)) return null
  const seconds = Number(header)
  return seconds >= 1 && seconds <= MAX_TTL_SECONDS ? seconds : null
}

/** Tokens of version 2 of the service. Each carries its own end, so that a guest may ask for as many as it likes. */
export class ImdsTokens {
  private readonly key = randomBytes(32)

  constructor(
    /** Milliseconds of a clock that never goes back. */
    private readonly now: () => number = () => performance.now(),
  ) {}

  give(seconds: number): string {
    const end = Buffer.alloc(8)
    end.writeDoubleBE(this.now() + seconds * 1000)
    return Buffer.concat([end, this.seal(end)]).toString('base64')
  }

  /** Whole seconds until a token ends; null for one that has, or was never given. */
  secondsLeft(token: string): number | null {
    const bytes = Buffer.from(token, 'base64')
    const [end, seal] = [bytes.subarray(0, 8), bytes.subarray(8)]
    const own = this.seal(end)
    if (seal.length !== own.length || !timingSafeEqual(seal, own)) return null
    const left = end.readDoubleBE() - this.now()
    return left > 0 ? Math.ceil(left / 1000) : null
  }

  private seal(end: Buffer): Buffer {
    return createHmac('sha256', this.key).update(end).digest()
  }
}
