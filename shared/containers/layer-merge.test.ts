import { expect, test } from 'vitest'
import { entryPath, hostNameProblem } from './entry-name.js'
import { MergedTree, roleOf } from './layer-merge.js'
import { type LayerEntryKind, LayerTable } from './layer-table.js'

type Row = readonly [path: string, kind?: LayerEntryKind, link?: string]

function table(rows: readonly Row[]): LayerTable {
  const made = new LayerTable()
  for (const [name, kind = 'file', link = null] of rows) {
    const path = entryPath(name) ?? ''
    const role = roleOf(path)
    if (role.role === 'whiteout') made.whiteouts.push(role.path)
    else if (role.role === 'opaque') made.opaques.push(role.path)
    else if (role.role === 'entry') made.add({ path, kind, bytes: 1, mode: 0o644, uid: 0, gid: 0, link })
  }
  return made
}

function names(tree: MergedTree, folder = '/'): string[] {
  return (tree.list(folder) ?? []).flatMap(({ name, kind }) => {
    const path = folder === '/' ? `/${name}` : `${folder}/${name}`
    return kind === 'folder' ? [`${path}/`, ...names(tree, path)] : [path]
  })
}

const merged = (...layers: Row[][]): MergedTree => new MergedTree(layers.map(table))

test('later layers win, and folders are merged', () => {
  const tree = merged([['etc', 'folder'], ['etc/a'], ['bin/b']], [['etc/c'], ['bin', 'folder']])
  expect(names(tree)).toEqual(['/bin/', '/bin/b', '/etc/', '/etc/a', '/etc/c'])
  expect(tree.find('/etc/a')).toEqual({ layer: 0, index: 1 })
  expect(merged([['a']], [['a']]).find('/a')).toEqual({ layer: 1, index: 0 })
})

test('whiteouts take away what is below, and only that', () => {
  expect(names(merged([['a/b'], ['a/c/d']], [['a/.wh.c'], ['a/.wh.none']]))).toEqual(['/a/', '/a/b'])
  // Wherever in the layer it stands, its own files stay.
  expect(names(merged([['a/old']], [['a/new'], ['a/.wh..wh..opq'], ['a/newer']]))).toEqual(['/a/', '/a/new', '/a/newer'])
  expect(names(merged([['a']], [['.wh.a'], ['a']]))).toEqual(['/a'])
  expect(names(merged([['.wh..wh.plnk/1'], ['.wh.'], ['.wh...'], ['x']]))).toEqual(['/.wh..wh.plnk/', '/.wh..wh.plnk/1', '/x'])
})

test('a file takes the place of a folder, and a folder that of a file', () => {
  expect(names(merged([['a/b'], ['a/c']], [['a']]))).toEqual(['/a'])
  expect(names(merged([['a']], [['a/b']]))).toEqual(['/a/', '/a/b'])
})

test('hard links stand for what they name, and what lasts when that goes', () => {
  const tree = merged([['a'], ['b', 'hardlink', 'a'], ['lost', 'hardlink', 'nothing']], [['.wh.a']])
  expect(tree.list('/')).toMatchObject([
    { name: 'b', kind: 'file' },
    { name: 'lost', kind: 'other' },
  ])
  expect(tree.find('/b')).toEqual({ layer: 0, index: 0 })
})

test('entries are counted as they come and go', () => {
  expect(merged([['a/b'], ['a', 'folder'], ['c']], [['.wh.a'], ['c'], ['c/d']]).size).toBe(1)
  expect(merged([['a'], ['a'], ['./a']]).size).toBe(1)
})

test('names: what they mean, and which cannot be those of files here', () => {
  expect(['./a//b/', '/a/./b', 'a/b'].map(entryPath)).toEqual(['/a/b', '/a/b', '/a/b'])
  expect(['../a', 'a/../b', '..', 'x'.repeat(5000)].map(entryPath)).toEqual([null, null, null, null])
  expect(['.', './', '/', ''].map(entryPath)).toEqual(['/', '/', '/', '/'])
  expect(['ok', "it's \u{1F600} -x", '..', 'a\nb', 'a\ufffd', 'ä'.repeat(128)].map((name) => hostNameProblem(name) === null)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})
