import { AppError } from '#shared/errors/app-error'
import { checkIgnition } from '#shared/system/ignition'
import type { EditContext, EditHandlers } from '../edit-handler.js'
import { openSystem } from './find-systems.js'
import { appendToInitramfs } from './ignition-initramfs.js'

/** Where `$BOOT` begins in its partition. */
interface BootRoot {
  readonly partition: number
  readonly folder: '' | '/boot'
}

export const ignitionHandler: EditHandlers<'ignition-config'> = {
  async 'ignition-config'(context, { config, delivery, root }) {
    const { problems, warnings } = checkIgnition(config)
    if (problems[0] !== undefined) throw new AppError('bad-input', { details: { reason: problems.join('; ') } })
    for (const warning of warnings) context.note(warning)
    const boot = await bootRoot(context)
    const chosen = delivery === 'auto' ? await chooseDelivery(context, boot, root) : delivery
    const bytes = Buffer.from(config, 'utf8')
    if (chosen === 'initramfs') await appendToInitramfs(context, bytes)
    else await writeBootFile(context, boot, bytes)
    await noteFirstBoot(context, boot)
  },
}

/** The file system that is labelled `boot`, where Ignition looks; else that of the first entry. */
async function bootRoot(context: EditContext): Promise<BootRoot> {
  const labelled = context.draft.partitions.find(({ filesystem }) => filesystem?.label === 'boot')
  if (labelled) return { partition: labelled.number, folder: '' }
  const [entry] = (await context.boot()).entries
  if (!entry) throw new AppError('no-boot-entries')
  return { partition: entry.partition, folder: entry.path.startsWith('/boot/') ? '/boot' : '' }
}

/**
 * Fedora CoreOS, Fedora IoT and RHEL CoreOS read /ignition/config.ign of the file system that is labelled `boot` (coreos/ignition
 * dracut/30ignition/ignition-setup-user.sh); others, OCK among them, have to be given it in the initial RAM disk.
 */
async function chooseDelivery(
  context: EditContext,
  { partition, folder }: BootRoot,
  root: Parameters<typeof openSystem>[1],
): Promise<'initramfs' | 'boot-file'> {
  for (const mark of ['ignition.firstboot', 'coreos/platforms.json', 'ignition']) {
    const place = `${folder}/${mark}`
    if (await context.draft.find(partition, place).catch(() => undefined)) return 'boot-file'
  }
  const system = await openSystem(context, root).catch(() => null)
  const release = (await system?.text('/usr/lib/os-release')) ?? (await system?.text('/etc/os-release')) ?? ''
  return /^(VARIANT_ID="?(coreos|iot)"?|ID="?(rhcos|scos)"?)\s*$/m.test(release) ? 'boot-file' : 'initramfs'
}

async function writeBootFile({ draft, note }: EditContext, { partition, folder }: BootRoot, bytes: Buffer): Promise<void> {
  const place = `${folder}/ignition`
  await draft.makeFolder(partition, place, { mode: 0o700, uid: 0, gid: 0 })
  await draft.write(partition, `${place}/config.ign`, bytes, bytes.length, { mode: 0o600, uid: 0, gid: 0 })
  const { label } = draft.partition(partition).filesystem
  if (label !== 'boot')
    note(
      `Ignition looks for /ignition/config.ign on the file system labelled boot; partition ${partition} is labelled ${label ?? 'nothing'}.`,
    )
}

/** Ignition runs in a first boot only: said by an argument, or by a file that GRUB finds. */
async function noteFirstBoot(context: EditContext, { partition, folder }: BootRoot): Promise<void> {
  const { entries } = await context.boot()
  const isAsked = entries.some((entry) => entry.args.some((arg) => /^ignition\.firstboot(=|$)/.test(arg)))
  const hasStamp = (await context.draft.find(partition, `${folder}/ignition.firstboot`).catch(() => undefined)) !== undefined
  if (!isAsked && !hasStamp)
    context.note(
      'Ignition runs in a first boot only, and this image has had its own: no entry has ignition.firstboot, and there is no /boot/ignition.firstboot.',
    )
}
