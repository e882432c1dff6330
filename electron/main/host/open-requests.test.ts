import { expect, test } from 'vitest'
import { OpenRequests, pathsFromArguments } from './open-requests.js'

test('file names of the command line become absolute paths, in order', () => {
  const argv = ['/opt/Diskwright/diskwright', '--no-sandbox', 'a b.qcow2', '/data/x.vmdk', 'file:///data/with%20space.raw']
  expect(pathsFromArguments(argv, { packaged: true, folder: '/home/user' })).toEqual([
    '/home/user/a b.qcow2',
    '/data/x.vmdk',
    '/data/with space.raw',
  ])
})

test('unpackaged, the first name is the app', () => {
  expect(pathsFromArguments(['electron', '--disable-gpu', '.', 'x.raw'], { packaged: false, folder: '/w' })).toEqual(['/w/x.raw'])
})

test('addresses of other schemes and of other hosts are no files', () => {
  const argv = ['app', 'https://example.invalid/x.raw', 'nbd://localhost', 'file://server/share/x.raw', '']
  expect(pathsFromArguments(argv, { packaged: true, folder: '/' })).toEqual([])
})

test('each request is given out once, and announced', () => {
  const requests = new OpenRequests()
  const counts: number[] = []
  requests.onAdded((count) => counts.push(count))
  requests.add(['/a'])
  requests.add([])
  requests.add(['/b', '/c'])
  expect(counts).toEqual([1, 3])
  expect(requests.take()).toEqual(['/a', '/b', '/c'])
  expect(requests.take()).toEqual([])
})
