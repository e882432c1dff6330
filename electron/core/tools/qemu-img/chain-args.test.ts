import { expect, test } from 'vitest'
import { commitArgs } from './commit.js'
import { rebaseArgs, renameBackingArgs } from './rebase.js'
import { snapshotArgs } from './snapshot.js'

const BASE = { driver: 'raw', path: '/a/base.raw' }
const TOP = { driver: 'qcow2', path: '/a/top.qcow2', backing: BASE }

function graphOf(args: readonly string[]): unknown {
  return JSON.parse((args.at(-1) ?? '').replace(/^json:/, ''))
}

test('a commit opens the overlay for reading only; what is written are the empty one and the base', () => {
  const args = commitArgs({ empty: { driver: 'qcow2', path: '/w/empty.qcow2', backing: null }, overlay: TOP, base: BASE })
  expect(args.slice(0, -1)).toEqual(['commit', '-p', '-f', 'qcow2', '-b', '/a/base.raw'])
  const graph = graphOf(args) as { backing: { backing: object } }
  expect(graph).toMatchObject({ file: { filename: '/w/empty.qcow2' }, backing: { 'read-only': true, file: { 'read-only': true } } })
  expect(graph.backing.backing).toEqual({ driver: 'raw', file: { driver: 'file', filename: '/a/base.raw' } })
})

test('a rebase reads the old backing files from the graph; the name alone changes without opening any', () => {
  const args = rebaseArgs(TOP, { name: '/a/new.qcow2', driver: 'qcow2' })
  expect(args.slice(0, -1)).toEqual(['rebase', '-p', '-f', 'qcow2', '-F', 'qcow2', '-b', '/a/new.qcow2'])
  expect(graphOf(args)).toMatchObject({ 'read-only': false, backing: { 'read-only': true, file: { filename: '/a/base.raw' } } })
  expect(rebaseArgs(TOP, null).slice(4, 6)).toEqual(['-b', ''])
  expect(renameBackingArgs(TOP, { name: 'new.raw', driver: 'raw' })).toEqual([
    'rebase',
    '-u',
    '-f',
    'qcow2',
    '-F',
    'raw',
    '-b',
    'new.raw',
    '/a/top.qcow2',
  ])
})

test('names of snapshots are words of their own, whatever they begin with', () => {
  expect(snapshotArgs(TOP, { do: 'create', name: '-d x' }).slice(0, 3)).toEqual(['snapshot', '-c', '-d x'])
  expect(snapshotArgs(TOP, { do: 'apply', id: '4' }).slice(0, 3)).toEqual(['snapshot', '-a', '4'])
  expect(snapshotArgs(TOP, { do: 'delete', name: 'old' }).slice(0, 3)).toEqual(['snapshot', '-d', 'old'])
})
