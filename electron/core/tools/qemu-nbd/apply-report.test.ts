import { expect, test } from 'vitest'
import { parseApplyReport } from './apply-report'

test('a run that got to its end', () => {
  const stdout = 'attached /dev/nbd0\nmounted 1 clean\n1 ok\n2 error missing 0 0 \nunmounted 1\nend\nreleased\n'
  expect(parseApplyReport(stdout)).toEqual({
    device: '/dev/nbd0',
    records: ['mounted 1 clean', '1 ok', '2 error missing 0 0 ', 'unmounted 1'],
    complete: true,
    refused: null,
    problem: '',
  })
})

test.each([
  ['refused the folder belongs to another user\n', 'the folder belongs to another user'],
  ['refused no nbd device is free\n', 'no nbd device is free'],
  ['broken the disk could not be attached\n', 'the disk could not be attached'],
  ['attached /dev/nbd3\nmounted 1 clean\nbroken the steps ended with 137\nreleased\n', 'the steps ended with 137'],
  ['attached /dev/nbd3\nmounted 1 clean\nreleased\n', 'the steps did not get to their end'],
  ['attached /dev/nbd3\n1 ok\nend\nstuck /dev/nbd3\n', '/dev/nbd3 could not be detached'],
  ['attached /dev/nbd3\n1 ok\nend\nbusy /dev/nbd3\nreleased\n', '/dev/nbd3 was still in use when it was detached'],
  ['attached /dev/nbd3\n1 ok\nend\n', '/dev/nbd3 could not be detached'],
  ['', 'the helper did not attach the disk'],
])('%j is no success', (stdout, problem) => {
  expect(parseApplyReport(stdout)).toMatchObject({ complete: false, problem })
})

test('what the steps say cannot pass for a word of the helper', () => {
  const report = parseApplyReport('attached /dev/nbd0\nreleased\nend\n')
  expect(report).toMatchObject({ complete: false, records: ['released'] })
})
