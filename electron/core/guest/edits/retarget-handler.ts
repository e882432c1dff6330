import type { Edit, EditOf } from '#shared/edits/edit'
import { planRetarget } from '#shared/platforms/plan-retarget'
import { platform } from '#shared/platforms/platforms'
import { findArch, findSystemFacts } from '../system-facts.js'
import { bootEditHandlers } from './boot-edit-handlers.js'
import type { EditContext, EditHandlers } from './edit-handler.js'

export const retargetHandlers: EditHandlers<'retarget'> = {
  async retarget(context, edit) {
    const { draft } = context
    const boot = await context.boot()
    const [facts, arch] = await Promise.all([
      findSystemFacts(draft, draft.partitions, boot.entries),
      findArch(draft, draft.partitions, boot.entries),
    ])
    const plan = planRetarget(boot, edit.platform, {
      family: facts.family,
      arch: edit.arch ?? arch.arch,
      ...(edit.extras === undefined ? {} : { extras: edit.extras }),
    })
    for (const { file, text } of plan.files) {
      const bytes = Buffer.from(text, file.encoding)
      await draft.write(file.partition, file.realPath, bytes, bytes.length)
    }
    for (const { entry, args } of plan.ukis) await setArgs(context, entry.id, args)
    for (const note of plan.notes) context.note(note)
    if (plan.files.length === 0 && plan.ukis.length === 0) {
      context.note(`It is as ${platform(edit.platform).name} wants it already.`)
    }
  },
}

/** A unified kernel image has a writer of its own. */
async function setArgs(context: EditContext, entry: string, args: readonly string[]): Promise<void> {
  const edit: EditOf<'kernel-args'> = { kind: 'kernel-args', entry, changes: [{ op: 'set', args: [...args] }] }
  await bootEditHandlers['kernel-args'](context, edit satisfies Edit)
}
