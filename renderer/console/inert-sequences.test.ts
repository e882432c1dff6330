// @vitest-environment happy-dom
import { Terminal } from '@xterm/xterm'
import { expect, test } from 'vitest'
import { makeInert } from './inert-sequences.js'

/** What a terminal says by itself when it is given this, and what it takes for its title. */
async function saidTo(text: string, inert: boolean): Promise<{ said: string; title: string | null }> {
  const terminal = new Terminal({
    allowProposedApi: true,
    logLevel: 'off',
    windowOptions: { getWinSizeChars: true, getWinSizePixels: true },
  })
  if (inert) makeInert(terminal)
  let said = ''
  let title: string | null = null
  terminal.onData((data) => (said += data))
  terminal.onBinary((data) => (said += data))
  terminal.onTitleChange((given) => (title = given))
  await new Promise<void>((resolve) => terminal.write(text, resolve))
  terminal.dispose()
  return { said, title }
}

test.each([
  ['primary attributes', '\u001b[c'],
  ['secondary attributes', '\u001b[>c'],
  ['status', '\u001b[5n'],
  ['place of the cursor', '\u001b[6n'],
  ['place of the cursor, as DEC has it', '\u001b[?6n'],
  ['a mode', '\u001b[4$p'],
  ['a mode of DEC', '\u001b[?2004$p'],
  ['size of the text', '\u001b[18t'],
  ['a setting', '\u001bP$qm\u001b\\'],
])('to the question for %s nobody answers for the user', async (_what, question) => {
  expect((await saidTo(question, false)).said).not.toBe('')
  expect((await saidTo(question, true)).said).toBe('')
})

test.each([
  '\u001b[=c',
  '\u001b[>q',
  '\u001b[x',
  '\u001b[?u',
  '\u001bZ',
  '\u0005',
  '\u001bP+q544e\u001b\\',
  '\u001b]11;?\u0007',
  '\u001b]52;c;?\u0007',
  '\u001b[?996n',
])('%j is not answered', async (question) => expect((await saidTo(question, true)).said).toBe(''))

test('a title is nobody else\u2019s than the window\u2019s', async () => {
  expect((await saidTo('\u001b]0;mine\u0007', false)).title).toBe('mine')
  expect((await saidTo('\u001b]0;mine\u0007', true)).title).toBeNull()
})
