import { Readable } from 'node:stream'
import type { UploadRun } from '../cloud-provider.js'
import { retry } from '../transfer/retry.js'
import { SignInGate } from '../transfer/sign-in-gate.js'

export interface FileToSend {
  readonly bytes: number
  /** Its content from the start, for each try. */
  open(): Readable
  /** Where this try goes. */
  url(): Promise<string>
  send(url: string, body: Readable): Promise<void>
  /** Bytes that went out; never goes back, also when a try begins anew. */
  onBytes(sent: number): void
}

/**
 * Sends a whole file to a place that takes no parts: what breaks is sent anew, and a sign-in that ended is asked for. The file is held while the job
 * is paused.
 */
export async function sendFile(run: UploadRun, gate: SignInGate, file: FileToSend): Promise<void> {
  let most = 0
  const once = async (): Promise<void> => {
    const url = await file.url()
    let sent = 0
    const counted = async function* (): AsyncGenerator<Buffer> {
      for await (const piece of file.open()) {
        await run.pausePoint()
        sent += (piece as Buffer).length
        most = Math.max(most, sent)
        file.onBytes(most)
        yield piece as Buffer
      }
    }
    const body = Readable.from(counted(), { objectMode: false })
    try {
      await file.send(url, body)
    } finally {
      body.destroy()
    }
  }
  await gate.through(() => retry(once, { signal: run.signal, onRetry: (error) => run.log(`sent anew: ${error.message}`) }))
  file.onBytes(file.bytes)
}

/** Asks for a new sign-in, for all that one upload does. */
export function signInGate(run: UploadRun): SignInGate {
  return new SignInGate(async (error) => {
    run.phase('needs sign-in')
    await run.signInNeeded(error)
    run.phase('uploading')
  })
}
