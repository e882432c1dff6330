import type { Edit } from '#shared/edits/edit'
import { imageAdvice } from '#shared/platforms/image-advice'
import { compareEntries, currentPlatform, offeredArgs, planRetarget, platformFacts } from '#shared/platforms/plan-retarget'
import type { PlatformId } from '#shared/platforms/platform'
import { platform } from '#shared/platforms/platforms'
import type { RetargetPlanReport } from '#shared/platforms/retarget-plan'
import type { RetargetEdit } from '#shared/edits/retarget-edit'
import { AppError } from '#shared/errors/app-error'
import { findSubformat } from '#shared/images/formats'
import { applyEdits } from '../guest/edits/apply-edits.js'
import { findArch, findSystemFacts } from '../guest/system-facts.js'
import type { OpenImage } from './image-sessions.js'
import { factsForEdits } from './preview-edits.js'

/**
 * What a retarget after these edits would do to an image. Nothing is written.
 * Throws what keeps the retarget itself from being applied.
 */
export async function planRetargetOf(
  { info, files }: OpenImage,
  to: PlatformId,
  edits: readonly Edit[],
  options: Pick<RetargetEdit, 'arch' | 'extras'> = {},
): Promise<RetargetPlanReport> {
  const { disk } = factsForEdits(info)
  const before = await applyEdits(files, info.partitions, edits, { disk })
  const edit: RetargetEdit = { kind: 'retarget', platform: to, ...options }
  const after = await applyEdits(files, info.partitions, [...edits, edit], { disk })
  const problem = after.outcomes.at(-1)?.problem
  if (problem) throw AppError.fromData(problem)

  const [facts, found] = await Promise.all([
    findSystemFacts(before.draft, info.partitions, before.boot.entries),
    findArch(before.draft, info.partitions, before.boot.entries),
  ])
  const arch = options.arch ?? found.arch
  const plan = planRetarget(before.boot, to, { family: facts.family, arch, extras: options.extras ?? 'default' })
  const perEntry = compareEntries(before.boot.entries, after.boot.entries, plan.reasons)
  return {
    platform: platformFacts(platform(to)),
    current: currentPlatform(before.boot.entries, facts.family)?.id ?? null,
    ignitionId: perEntry.find(({ isDefault }) => isDefault)?.ignitionId ?? null,
    family: facts.family,
    arch,
    archFrom: options.arch === undefined ? found.from : 'given',
    ownTable: plan.ownTable,
    perEntry,
    perFile: plan.files.flatMap(({ file, lists }) => (isForLater(file.kind) ? lists : [])),
    consoleBlocks: [...plan.consoleBlocks],
    offered: offeredArgs(to, arch),
    imageAdvice: imageAdvice(platform(to), {
      ...info,
      subformat: findSubformat(info.format, info.variant)?.id,
    }),
    notes: [...(after.outcomes.at(-1)?.notes ?? [])],
    changes: plan.files.length > 0 || plan.ukis.length > 0,
  }
}

function isForLater(kind: string): boolean {
  return kind === 'kernel-cmdline' || kind === 'grub-default'
}
