import { once } from 'node:events'
import type { ReadStream } from 'node:tty'
import { AppError } from '#shared/errors/app-error'
import { UsageError } from './command.js'

const MAX_CHARS = 100_000

export interface SecretPrompt {
  readonly stdin: NodeJS.ReadStream
  readonly stderr: { write(text: string): unknown }
  readonly signal: AbortSignal
}

/** All of standard input as a secret, without the line end that shells put behind it. Throws `UsageError` when it is empty or too long. */
export async function secretOfStdin(stdin: AsyncIterable<Buffer | string>): Promise<string> {
  let text = ''
  for await (const piece of stdin) {
    text += piece.toString()
    if (text.length > MAX_CHARS) throw new UsageError('standard input is too long for a password')
  }
  const secret = text.replace(/\r?\n$/, '')
  if (secret === '') throw new UsageError('standard input is empty')
  return secret
}

/** Asks for a secret on the terminal, which shows nothing of it. Throws `cancelled` on Ctrl-C and Ctrl-D, `UsageError` where there is no terminal. */
export async function askSecret({ stdin, stderr, signal }: SecretPrompt, question: string, instead: string): Promise<string> {
  if (!stdin.isTTY) throw new UsageError(`there is no terminal to ask on; ${instead}`)
  // First of all: what is typed while the question is drawn must not be shown either.
  stdin.setRawMode(true)
  try {
    stderr.write(question)
    return await typed(stdin, signal)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

async function typed(stdin: ReadStream | NodeJS.ReadStream, signal: AbortSignal): Promise<string> {
  let text = ''
  for (;;) {
    const [piece] = (await once(stdin.resume(), 'data', { signal }).catch((cause: unknown) => {
      throw new AppError('cancelled', { cause })
    })) as [Buffer]
    for (const char of piece.toString('utf8')) {
      if (char === '\r' || char === '\n') return text
      if (char === '\u0003' || char === '\u0004') throw new AppError('cancelled')
      text = char === '\u007f' || char === '\b' ? Array.from(text).slice(0, -1).join('') : text + char
    }
  }
}
