import { expect, test } from 'vitest'
import { appendExtent, type MapExtent, mapArgs, parseMapLine } from './map.js'

const REPORT = `[{ "start": 0, "length": 65536, "depth": 1, "present": true, "zero": false, "data": true, "offset": 327680},
{ "start": 65536, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "offset": 983040},
{ "start": 131072, "length": 1048576, "depth": 0, "present": false, "zero": true, "data": false},
{ "start": 1179648, "length": 512, "depth": 0, "zero": true, "data": true}]`

test('the report is read line by line, and what lies side by side and is alike becomes one extent', () => {
  const extents: MapExtent[] = []
  for (const line of REPORT.split('\n')) {
    const extent = parseMapLine(line)
    if (extent) appendExtent(extents, extent)
  }
  expect(extents).toEqual([
    { start: 0, length: 131072, data: true, zero: false },
    { start: 131072, length: 1048576, data: false, zero: true },
    { start: 1179648, length: 512, data: true, zero: true },
  ])
})

test('brackets alone are no extent, and an extent without a length is an error', () => {
  expect(['[', ']', '[]', ''].map(parseMapLine)).toEqual([null, null, null, null])
  expect(() => parseMapLine('{ "start": 0, "zero": true, "data": false}')).toThrow('length')
})

test('an image is always named with its driver', () => {
  expect(mapArgs({ driver: 'qcow2', path: '/a,b.img', backing: null })).toEqual([
    'map',
    '--output=json',
    expect.stringContaining('json:{"driver":"qcow2"'),
  ])
})
