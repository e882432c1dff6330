import { expect, test } from 'vitest'
import type { Edit } from '#shared/edits/edit'
import { replacedRetarget, stagedRetarget, withoutRetarget } from './stage-retarget.js'

const VMWARE = { kind: 'retarget', platform: 'vmware' } as const
const AWS = { kind: 'retarget', platform: 'aws' } as const
const OTHER: Edit = { kind: 'make-folder', path: '/a' }
const LATER: Edit = { kind: 'make-folder', path: '/b' }

test('a retarget takes the place of the one before, and there is never more than one', () => {
  expect(replacedRetarget([OTHER], VMWARE)).toEqual([OTHER, VMWARE])
  expect(replacedRetarget([OTHER, VMWARE, LATER], AWS)).toEqual([OTHER, AWS, LATER])
  expect(replacedRetarget([VMWARE, OTHER, AWS, LATER], AWS)).toEqual([AWS, OTHER, LATER])
  expect(withoutRetarget([VMWARE, OTHER, AWS])).toEqual([OTHER])
  expect(stagedRetarget([VMWARE, OTHER])).toEqual(VMWARE)
  expect(stagedRetarget([OTHER])).toBeUndefined()
})
