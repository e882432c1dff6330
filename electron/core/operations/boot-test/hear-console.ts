import { SerialLines } from '#shared/boot-test/serial-lines'
import type { BootConsoles } from './boot-consoles.js'
import type { SerialLog } from './serial-log.js'
import type { Trial } from './trial.js'

/** A guest that stops within a row for so long shows a prompt. */
const PROMPT_MS = 100

export interface HeardConsole {
  /** Resolves with the first byte. */
  readonly speaks: Promise<void>
  readonly firstByteSeconds: () => number | null
  /** Resolves when all was read. */
  readonly ended: Promise<void>
}

/** Has what a guest writes recorded, told to who looks on, and judged. */
export function hearConsole(
  output: AsyncIterable<Buffer>,
  trial: Trial,
  { log, tell }: { readonly log: Pick<SerialLog, 'write'>; readonly tell: (bytes: Parameters<BootConsoles['tell']>[1]) => void },
): HeardConsole {
  const { judge } = trial
  let firstByte: number | null = null
  let promptTimer: NodeJS.Timeout | undefined
  let spoke: () => void = () => {}
  const speaks = new Promise<void>((resolve) => {
    spoke = resolve
  })
  const lines = new SerialLines((line) => judge.line(line, trial.seconds()))
  const lookAtPrompt = (): void => {
    judge.partial(lines.pending, trial.seconds())
    trial.look()
  }
  const read = readConsole(output, async (chunk, text) => {
    firstByte ??= trial.seconds()
    spoke()
    await log.write(chunk, trial.seconds())
    tell(chunk)
    lines.push(text)
    clearTimeout(promptTimer)
    if (!judge.verdict) promptTimer = setTimeout(lookAtPrompt, PROMPT_MS)
    trial.heard()
  })
  const ended = read
    .catch((thrown: unknown) => trial.fail(thrown))
    .then(() => {
      clearTimeout(promptTimer)
      lines.end()
    })
  return { speaks, firstByteSeconds: () => firstByte, ended }
}

/** Reads to the end, one piece after the other: a guest that writes faster than is judged has to wait. Throws what `take` throws. */
async function readConsole(output: AsyncIterable<Buffer>, take: (chunk: Buffer, text: string) => Promise<void>): Promise<void> {
  const decoder = new TextDecoder('utf-8')
  for await (const bytes of untilClosed(output)) {
    await take(bytes, decoder.decode(bytes, { stream: true }))
  }
}

async function* untilClosed(output: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* output
  } catch {
    // The pipe was closed with the job; why qemu ended is told by its process.
  }
}
