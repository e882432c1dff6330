import { expect, test } from 'vitest'
import { keptMachineSchema } from '#shared/boot-test/kept-machine'
import { MachineWishes } from './machine-wishes.js'

const at = (output: string) => keptMachineSchema.parse({ output })

test('a machine is kept at the first place that was named, and at none that is named when it is over', async () => {
  const wishes = new MachineWishes()
  expect([wishes.keep(at('/a.qcow2')), wishes.keep(at('/b.qcow2'))]).toEqual([true, false])
  await wishes.asked
  expect(wishes.settle()).toEqual(at('/a.qcow2'))
  const late = new MachineWishes()
  late.stayOn()
  expect(late.settle()).toBeNull()
  expect([late.keep(at('/c.qcow2')), late.release()]).toEqual([false, false])
})

test('only a machine that stays on is released', async () => {
  const wishes = new MachineWishes()
  expect(wishes.release()).toBe(false)
  wishes.stayOn()
  expect(wishes.release()).toBe(true)
  await wishes.asked
})
