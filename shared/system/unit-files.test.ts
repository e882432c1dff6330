import fc from 'fast-check'
import { expect, test } from 'vitest'
import { enableLinks, isStatic, presetFor, readInstall, readPreset, splitUnitName, unitNameProblem } from './unit-files.js'

const SSHD = `[Unit]
Description=OpenSSH
# WantedBy=comment.target
[Service]
WantedBy=not-here.target
[Install]
WantedBy=multi-user.target \\
  other.target
Alias=sshd.service
Also = ssh.socket
`

test('the [Install] section is read with joined lines, and nothing else is', () => {
  expect(readInstall(SSHD)).toEqual({
    wantedBy: ['multi-user.target', 'other.target'],
    requiredBy: [],
    upheldBy: [],
    alias: ['sshd.service'],
    also: ['ssh.socket'],
    defaultInstance: null,
  })
  expect(readInstall('[Install]\nWantedBy=a.target\nWantedBy=\nWantedBy=b.target\nWantedBy=c.target').wantedBy).toEqual([
    'b.target',
    'c.target',
  ])
  expect(isStatic(readInstall('[Unit]\nDescription=x\n'))).toBe(true)
  expect(isStatic(readInstall(SSHD))).toBe(false)
})

test('links of a plain unit', () => {
  expect(enableLinks('ssh.service', readInstall(SSHD))).toEqual([
    { path: 'multi-user.target.wants/ssh.service', unitFile: 'ssh.service' },
    { path: 'other.target.wants/ssh.service', unitFile: 'ssh.service' },
    { path: 'sshd.service', unitFile: 'ssh.service' },
  ])
})

test('links of an instance name the template, and specifiers are filled in', () => {
  const install = readInstall('[Install]\nWantedBy=getty@%i.target\nRequiredBy=x-%p.target\nDefaultInstance=tty1\nAlias=auto-%n\n')
  expect(enableLinks('getty@tty2.service', install).map((link) => link.path)).toEqual([
    'getty@tty2.target.wants/getty@tty2.service',
    'x-getty.target.requires/getty@tty2.service',
    'auto-getty@tty2.service',
  ])
  expect(enableLinks('getty@.service', install)[0]).toEqual({
    path: 'getty@tty1.target.wants/getty@tty1.service',
    unitFile: 'getty@.service',
  })
  expect(splitUnitName('getty@tty1.service')).toEqual({ template: 'getty@.service', instance: 'tty1' })
  expect(splitUnitName('ssh.service').template).toBeNull()
})

test('no link leaves the folder of links, whatever a unit says', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (targets, aliases) => {
      const text = `[Install]\nWantedBy=${targets.join(' ')}\nAlias=${aliases.join(' ')}\nAlias=../../x /etc/y a/../b\n`
      for (const { path } of enableLinks('a@b.service', readInstall(text))) {
        expect(path.startsWith('/')).toBe(false)
        expect(path.split('/').length).toBeLessThanOrEqual(2)
        expect(path.split('/')).not.toContain('..')
      }
    }),
  )
})

test('unit names', () => {
  for (const name of ['sshd.service', 'getty@tty1.service', 'dev-disk-by\\x2dlabel-a.swap', 'a.b.target'])
    expect(unitNameProblem(name)).toBeNull()
  for (const name of ['sshd', 'a/b.service', '../x.service', '@x.service', '.service', 'a b.service', 'x.conf'])
    expect(unitNameProblem(name)).not.toBeNull()
})

test('the first rule of the presets that matches counts', () => {
  const rules = readPreset('# c\nenable sshd.service\ndisable *.timer\nenable getty@.service tty1\ndisable *\n')
  expect(presetFor('sshd.service', rules)).toBe('enable')
  expect(presetFor('a.timer', rules)).toBe('disable')
  expect(presetFor('httpd.service', rules)).toBe('disable')
  expect(presetFor('httpd.service', [])).toBe('enable')
  expect(presetFor('a[b.service', readPreset('enable a[b.service\n'))).toBe('enable')
})
