import { expect, test } from 'vitest'
import { asSingleChanges, changeArgumentStores, findArgumentStores } from './argument-stores.js'
import type { ArgChange } from '../edits/arg-change.js'
import { bootFile } from './testing/sample-files.js'

const cmdline = bootFile('kernel-cmdline', '/etc/kernel/cmdline', 'root=x ro quiet\n')
const settings = bootFile('grub-default', '/etc/default/grub', 'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"\nGRUB_CMDLINE_LINUX="a=1"\n')
const dropIn = bootFile('grub-default', '/etc/default/grub.d/50.cfg', 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX b=1"\n')

const change = (files: (typeof cmdline)[], ...changes: ArgChange[]) =>
  changeArgumentStores(files, changes).map(({ file, text }) => [file.path, text])

test('the settings of grub-mkconfig are those of all files, later ones first', () => {
  expect(findArgumentStores([dropIn, settings, cmdline]).map(({ kind, args }) => [kind, args])).toEqual([
    ['kernel-cmdline', ['root=x', 'ro', 'quiet']],
    ['grub-default', ['a=1', 'b=1', 'quiet', 'splash']],
  ])
})

test('an argument changes in the file and the variable that it stands in', () => {
  const files = [settings, dropIn, cmdline]
  expect(change(files, { op: 'delete', arg: 'quiet' })).toEqual([
    ['/etc/kernel/cmdline', 'root=x ro\n'],
    ['/etc/default/grub', settings.text.replace('quiet ', '')],
  ])
  expect(change(files, { op: 'replace', key: 'a', from: '1', to: '2' })).toEqual([
    ['/etc/default/grub', settings.text.replace('a=1', 'a=2')],
  ])
  expect(change(files, { op: 'replace', key: 'b', from: '1', to: '2' })).toEqual([
    ['/etc/default/grub.d/50.cfg', dropIn.text.replace('b=1', 'b=2')],
  ])
})

test('a new argument goes behind all others, and only where it is not yet', () => {
  expect(change([settings, dropIn], { op: 'append', arg: 'new' })).toEqual([
    ['/etc/default/grub', settings.text.replace('splash', 'splash new')],
  ])
  expect(change([settings, dropIn], { op: 'append', arg: 'b=1' })).toEqual([])
  const redHat = bootFile('grub-default', '/etc/default/grub', 'GRUB_CMDLINE_LINUX="rhgb"\n')
  expect(change([redHat], { op: 'append', arg: 'new' })).toEqual([['/etc/default/grub', 'GRUB_CMDLINE_LINUX="rhgb new"\n']])
  const empty = bootFile('grub-default', '/etc/default/grub', 'GRUB_TIMEOUT=1\n')
  expect(change([empty], { op: 'append', arg: 'new' })).toEqual([['/etc/default/grub', 'GRUB_TIMEOUT=1\nGRUB_CMDLINE_LINUX=new\n']])
})

test('what is not there to be removed is no error', () => {
  expect(change([cmdline, settings], { op: 'delete', arg: 'nowhere' }, { op: 'replace', key: 'x', from: '1', to: '2' })).toEqual([])
})

test('a whole list is told as the single changes that lead there', () => {
  expect(asSingleChanges(['a', 'b=1', 'c'], [{ op: 'set', args: ['a', 'b=2', 'd'] }])).toEqual([
    { op: 'replace', key: 'b', from: '1', to: '2' },
    { op: 'delete', arg: 'c' },
    { op: 'append', arg: 'd' },
  ])
  // What only moves is in both lists.
  expect(asSingleChanges(['a', 'b'], [{ op: 'set', args: ['b', 'a'] }])).toEqual([])
})
