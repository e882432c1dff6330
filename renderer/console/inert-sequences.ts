import type { IFunctionIdentifier, Terminal } from '@xterm/xterm'

/** Questions that a terminal would answer as if the user had typed: ECMA-48 8.3.24 (DA), 8.3.35 (DSR), and xterm's own, ctlseqs. */
const QUESTIONS: readonly IFunctionIdentifier[] = [
  { final: 'c' },
  { prefix: '>', final: 'c' },
  { prefix: '=', final: 'c' },
  { final: 'n' },
  { prefix: '?', final: 'n' },
  { intermediates: '$', final: 'p' },
  { prefix: '?', intermediates: '$', final: 'p' },
  { prefix: '>', final: 'q' },
  { final: 't' },
  { final: 'x' },
  { prefix: '?', final: 'u' },
  { prefix: '>', final: 'u' },
  { prefix: '<', final: 'u' },
  { prefix: '=', final: 'u' },
  { prefix: '?', final: 'S' },
  { intermediates: '*', final: 'y' },
]

/** DECRQSS and XTGETTCAP. */
const STRING_QUESTIONS: readonly IFunctionIdentifier[] = [
  { intermediates: '$', final: 'q' },
  { intermediates: '+', final: 'q' },
]

/** Title, icon, colours and their questions, folder, links, notices, the clipboard, and what other terminals made up. */
const LAST_OSC = 2000

/** DECSET 1004: to tell when the console gets and loses the focus. */
const FOCUS_REPORTS = 1004

/** What a guest writes only draws: it asks nothing, changes nothing around the console, and reaches neither clipboard nor links. */
export function makeInert({ parser }: Pick<Terminal, 'parser'>): void {
  const swallow = (): boolean => true
  for (const id of QUESTIONS) parser.registerCsiHandler(id, swallow)
  for (const id of STRING_QUESTIONS) parser.registerDcsHandler(id, swallow)
  for (let code = 0; code <= LAST_OSC; code += 1) parser.registerOscHandler(code, swallow)
  parser.registerCsiHandler({ prefix: '?', final: 'h' }, (params) => params.flat().includes(FOCUS_REPORTS))
}
