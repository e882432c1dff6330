import { expect, test } from 'vitest'
import { type Edit, editSchema } from '#shared/edits/edit'
import { ED25519 } from '#shared/system/testing/sample-keys'
import { stageSystemEdit } from './stage-system-edit.js'

const edit = (value: object): Edit => editSchema.parse(value)
const KEYS = edit({ kind: 'ssh-keys', user: 'ada', keys: [ED25519], mode: 'add' })
const USER = edit({ kind: 'user', name: 'ada' })
const CLEAN = edit({ kind: 'clean', what: ['authorized-keys'] })
const kinds = (edits: readonly Edit[]) => edits.map(({ kind }) => kind)

test('what an image has once is replaced in its place, all else is added', () => {
  const name = stageSystemEdit([edit({ kind: 'hostname', name: 'one' }), KEYS], edit({ kind: 'hostname', name: 'two' }))
  expect(name).toEqual([edit({ kind: 'hostname', name: 'two' }), KEYS])
  expect(stageSystemEdit([KEYS], KEYS)).toHaveLength(2)
  const unit = (state: string, id = 'a.service') => edit({ kind: 'systemd-unit', unit: id, state })
  expect(stageSystemEdit([unit('enabled')], unit('masked'))).toEqual([unit('masked')])
  expect(stageSystemEdit([unit('enabled')], unit('enabled', 'b.service'))).toHaveLength(2)
  expect(stageSystemEdit([USER], edit({ kind: 'user', name: 'ada', sudo: 'password' }))).toHaveLength(1)
})

test('cleaning takes nothing away that is added, and a user is there before its keys', () => {
  expect(kinds(stageSystemEdit([KEYS], CLEAN))).toEqual(['clean', 'ssh-keys'])
  expect(kinds(stageSystemEdit([KEYS], USER))).toEqual(['user', 'ssh-keys'])
  expect(kinds(stageSystemEdit([CLEAN, KEYS], USER))).toEqual(['clean', 'user', 'ssh-keys'])
})
