import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readGrubDefault, setGrubDefaultArgs } from './grub-default.js'

const FEDORA = `GRUB_TIMEOUT=5
GRUB_DISTRIBUTOR="$(sed 's, release .*$,,g' /etc/system-release)"
GRUB_DEFAULT=saved
GRUB_DISABLE_SUBMENU=true
GRUB_TERMINAL_OUTPUT="console"
GRUB_CMDLINE_LINUX="rd.lvm.lv=fedora/root rhgb quiet"
GRUB_DISABLE_RECOVERY="true"
GRUB_ENABLE_BLSCFG=true
`

test('the file of grub-mkconfig is read', () => {
  expect(readGrubDefault(FEDORA)).toMatchObject({
    cmdlineLinux: ['rd.lvm.lv=fedora/root', 'rhgb', 'quiet'],
    cmdlineLinuxDefault: [],
    cmdlineLinuxRecovery: ['single'],
    timeout: '5',
    default: 'saved',
    terminal: null,
    terminalOutput: 'console',
    enableBlscfg: true,
    disableRecovery: true,
    disableSubmenu: true,
  })
})

test('one argument changes nothing else', () => {
  expect(setGrubDefaultArgs(FEDORA, 'GRUB_CMDLINE_LINUX', ['rd.lvm.lv=fedora/root', 'quiet', 'dyndbg="file x +p"'])).toBe(
    FEDORA.replace('root rhgb quiet"', 'root quiet dyndbg=\\"file x +p\\""'),
  )
  expect(setGrubDefaultArgs(FEDORA, 'GRUB_CMDLINE_LINUX_DEFAULT', [])).toBe(FEDORA)
  expect(setGrubDefaultArgs(FEDORA, 'GRUB_CMDLINE_LINUX_DEFAULT', ['quiet', 'splash'])).toBe(
    `${FEDORA}GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"\n`,
  )
})

test('a drop-in that builds on another file keeps its variable', () => {
  const text = 'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT console=tty1 console=ttyS0"\n'
  expect(readGrubDefault(text).cmdlineLinuxDefault).toEqual(['$GRUB_CMDLINE_LINUX_DEFAULT', 'console=tty1', 'console=ttyS0'])
  const next = ['$GRUB_CMDLINE_LINUX_DEFAULT', 'console=hvc0']
  expect(setGrubDefaultArgs(text, 'GRUB_CMDLINE_LINUX_DEFAULT', next)).toBe(
    'GRUB_CMDLINE_LINUX_DEFAULT="$GRUB_CMDLINE_LINUX_DEFAULT console=hvc0"\n',
  )
})

test('what is set is what is read', () => {
  const args = fc.array(fc.constantFrom('a', 'b=1', 'c="x y"', "d='", 'e=$x', 'f=\\', 'g;h'), { maxLength: 6 })
  const line = fc.constantFrom(
    'GRUB_CMDLINE_LINUX="a  b=1"',
    'GRUB_CMDLINE_LINUX=\'a c="x y"\'',
    'GRUB_CMDLINE_LINUX+=" a"',
    '# x',
    'GRUB_TIMEOUT=5',
  )
  fc.assert(
    fc.property(fc.array(line, { maxLength: 5 }), args, (lines, next) => {
      const text = lines.map((each) => `${each}\n`).join('')
      const after = setGrubDefaultArgs(text, 'GRUB_CMDLINE_LINUX', next)
      expect(readGrubDefault(after).cmdlineLinux).toEqual(next)
      expect(setGrubDefaultArgs(after, 'GRUB_CMDLINE_LINUX', next)).toBe(after)
      expect(readGrubDefault(after).timeout).toBe(readGrubDefault(text).timeout)
    }),
    { numRuns: 500 },
  )
})
