import { parseConsole, parseLineSettings } from './console.js'

const PARITY = { n: 'no parity', o: 'odd parity', e: 'even parity' } as const

/** What a `console=` value means; null when nothing certain can be said. */
export function explainConsole(value: string): string | null {
  if (value === '' || value === 'null') return 'no console: kernel messages are thrown away'
  const braille = /^brl,(.+)$/.exec(value)?.[1]
  if (braille !== undefined) return `a braille device on ${braille}`
  if (/^uart(8250)?,/.test(value)) return explainEarlyUart(value)
  const { device, options } = parseConsole(value)
  const name = explainDevice(device)
  if (name === null) return null
  if (!isSerial(device)) return name
  const line = options === '' ? '9600 baud, no parity, 8 bits, unless its driver knows better' : explainLine(options)
  return line === null ? name : `${name}, ${line}`
}

/** Serial line settings in words; null when the kernel would not understand them. */
export function explainLine(options: string): string | null {
  const line = parseLineSettings(options)
  if (line === null) return null
  return `${line.baud} baud, ${PARITY[line.parity]}, ${line.bits} bits${line.flow ? ', hardware flow control' : ''}`
}

/** Whether line settings mean anything to this console. */
export function isSerial(device: string): boolean {
  return /^(ttyS|ttyUSB|ttyAMA|ttymxc|ttyPS|ttyO|ttySAC|ttyLP|ttyMSM|ttymvebu|ttyAML|ttySC|ttyTHS|ttyLF|ttySTM|ttySIF)\d+$/.test(device)
}

function explainDevice(device: string): string | null {
  if (device === 'tty0') return 'the screen, on whichever text screen is shown'
  const [, driver = '', digits = ''] = /^(.*?[A-Za-z_])(\d+)$/.exec(device) ?? []
  const number = Number(digits)
  switch (driver) {
    case 'tty':
      return `text screen ${number}`
    case 'ttyS':
      return number < 4
        ? `serial port ${number + 1} (ttyS${number}, COM${number + 1} on a PC)`
        : `serial port ${number + 1} (ttyS${number})`
    case 'ttyUSB':
      return `USB serial adapter ${number + 1}`
    case 'ttyAMA':
      return `Arm PL011 serial port ${number + 1}`
    case 'ttymxc':
    case 'ttyO':
    case 'ttyPS':
    case 'ttySAC':
    case 'ttyMSM':
    case 'ttyAML':
    case 'ttySC':
    case 'ttySTM':
      return `serial port ${number + 1} of the board (${device})`
    case 'hvc':
      return `hypervisor console ${number + 1} (virtio, Xen or Power)`
    case 'hvsi':
      return `Power service processor console ${number + 1}`
    case 'lp':
      return `printer ${number + 1}`
    case 'ttysclp':
      return 'line-mode console of an IBM Z machine'
    default:
      return EXACT.get(device) ?? null
  }
}

const EXACT: ReadonlyMap<string, string> = new Map([
  ['ttynull', 'no console: kernel messages are thrown away'],
  ['hvc', 'the first hypervisor console'],
  ['sclp', 'console of an IBM Z machine'],
  ['ttyS', 'the first serial port'],
])

function explainEarlyUart(value: string): string | null {
  const [, , place = '', rest = ''] =
    /^uart(8250)?,((?:io|mmio|mmio16|mmio32|mmio32be),0x[\da-f]+|0x[\da-f]+)(?:,(.*))?$/i.exec(value) ?? []
  if (place === '') return null
  const line = rest === '' ? null : explainLine(rest)
  return `a serial port at ${place.replace(',', ' ')}${line === null ? '' : `, ${line}`}`
}
