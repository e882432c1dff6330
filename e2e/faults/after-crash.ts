import fs from 'node:fs/promises'
import path from 'node:path'
import { expect } from 'vitest'
import type { Core } from '#core/core-api'
import { lintFile } from '#core/operations/lint-file'
import { hashOf } from '../core/workbench.js'
import { mountsOf, processesLeft } from './left-behind.js'
import type { Scene } from './scene.js'
import { ADDED, ENTRY, type Work } from './work.js'

/** Where a crash left the work. */
export type Outcome = 'nothing done' | 'done'

/**
 * What has to hold after the program was killed at any moment: no process or mount, the source as it was (or, in place, wholly the old
 * or the new image), a result only when it is whole; the next start knows the job as interrupted, names what was left, and removes it.
 */
export async function expectNothingLost(scene: Scene, work: Work, label: string): Promise<Outcome> {
  expect(await processesLeft([scene.mark]), `${label}: processes`).toEqual([])
  expect(mountsOf(scene.mark), `${label}: mounts`).toEqual([])
  const outcome = await outcomeOf(scene, work, label)

  const core = await scene.nextStart()
  const [job] = core.jobs.list()
  if (job) expect([label, job.state]).toEqual([label, outcome === 'done' && job.state === 'succeeded' ? 'succeeded' : 'interrupted'])
  await expectRecovery(scene, core, work, outcome, label)
  expect(await outcomeOf(scene, work, `${label}, after recovery`)).toBe(outcome)
  await core.close()
  return outcome
}

async function outcomeOf(scene: Scene, work: Work, label: string): Promise<Outcome> {
  if (work.output === undefined) {
    if ((await hashOf(scene.source)) === scene.original) return 'nothing done'
    const [backup] = await backups(scene)
    expect(await hashOf(scene.at(backup ?? 'no backup')), `${label}: the backup`).toBe(scene.original)
    await expectWhole(scene, scene.source, work, label)
    return 'done'
  }
  expect(await hashOf(scene.source), `${label}: the source`).toBe(scene.original)
  const made = scene.at(work.output)
  const there = await fs.access(made).then(
    () => true,
    () => false,
  )
  if (!there) return 'nothing done'
  await expectWhole(scene, made, work, label)
  return 'done'
}

/** A result that bears its final name reads like the source, with the edit where one was asked for. */
async function expectWhole(scene: Scene, image: string, { edited, artifact }: Work, label: string): Promise<void> {
  if (artifact !== undefined) {
    const { findings } = await lintFile(image, { artifact })
    return expect(
      findings.filter(({ severity }) => severity === 'error'),
      label,
    ).toEqual([])
  }
  const core = await scene.nextStart()
  const args = async (file: string): Promise<string[]> => {
    const { entries } = await core.listBootEntries(file)
    return entries.find((entry) => entry.id === ENTRY)?.args ?? []
  }
  const [original] = edited && image === scene.source ? (await backups(scene)).map((name) => scene.at(name)) : [scene.source]
  expect(await args(image), `${label}: ${path.basename(image)}`).toEqual([...(await args(original ?? '')), ...(edited ? [ADDED] : [])])
  await core.close()
}

async function expectRecovery(scene: Scene, core: Core, work: Work, outcome: Outcome, label: string): Promise<void> {
  const before = await scene.leftFiles()
  const expected = before
    .filter((name) => name !== work.output)
    .map((name) => (name.includes('/') ? path.join(scene.dirs.runtime, name) : scene.at(name)))
  const listed = (await core.recovery.list()).map((leftover) => leftover.what).toSorted()
  // A job that reached its end has nothing to clean; its backup is a result.
  if (core.jobs.list()[0]?.state !== 'succeeded') expect(listed, `${label}: listed`).toEqual(expected.toSorted())
  expect(await core.recovery.clean(), `${label}: not cleaned`).toEqual([])
  const kept = outcome === 'done' ? (work.output === undefined ? await backups(scene) : [work.output]) : []
  expect(await scene.leftFiles(), `${label}: after cleaning`).toEqual(kept)
  expect([await core.recovery.list(), await core.recovery.clean()], `${label}: cleaned twice`).toEqual([[], []])
}

async function backups(scene: Scene): Promise<string[]> {
  return (await fs.readdir(scene.folder)).filter((name) => name.includes('.backup-'))
}
