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

test('a disk that could not be kept is kept at the next place, or let go', async () => {
  const [elsewhere, gone] = [new MachineWishes(), new MachineWishes()]
  for (const wishes of [elsewhere, gone]) {
    wishes.keep(at('/full/a.qcow2'))
    expect(wishes.settle()?.output).toBe('/full/a.qcow2')
    expect([wishes.keep(at('/b.qcow2')), wishes.release()]).toEqual([false, false])
    wishes.reopen()
  }
  expect([elsewhere.keep(at('/b.qcow2')), elsewhere.keep(at('/c.qcow2')), gone.release()]).toEqual([true, false, true])
  await Promise.all([elsewhere.asked, gone.asked])
  expect([elsewhere.settle()?.output, gone.settle()]).toEqual(['/b.qcow2', null])
})

test('only a guest that was asked to switch itself off is powered off', async () => {
  const wishes = new MachineWishes()
  const keeping = { output: '/a.qcow2', sinceSeconds: 1 } as const
  expect(wishes.powerOff()).toBe(false)
  for (const other of [
    { stage: 'closing', guest: 'pause' },
    { stage: 'writing', guest: 'shut-down' },
  ] as const) {
    wishes.keeping = { ...keeping, ...other }
    expect([wishes.powerOff(), wishes.isCutOff]).toEqual([false, false])
  }
  wishes.keeping = { ...keeping, stage: 'closing', guest: 'shut-down' }
  expect([wishes.powerOff(), wishes.isCutOff]).toEqual([true, true])
  await wishes.cutOff
})
