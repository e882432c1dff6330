import { openstackForm } from '#shared/clouds/forms/openstack-form'
import { toAppError } from '#shared/errors/app-error'
import { describeError } from '#shared/errors/describe-error'
import type { CleanUpReport, CloudProvider } from '../cloud-provider.js'
import { deleteImage } from './glance-image.js'
import { executeOpenStack } from './openstack-execute.js'
import { openstackAccounts, openstackChoices, openstackPreflight } from './openstack-preflight.js'
import { openOpenStack } from './openstack-session.js'

/** OpenStack. */
export const openstackProvider: CloudProvider = {
  form: openstackForm,
  accounts: openstackAccounts,
  choices: openstackChoices,
  preflight: openstackPreflight,
  execute: executeOpenStack,
  cleanUp,
}

async function cleanUp(...[ctx, values, journal, which]: Parameters<CloudProvider['cleanUp']>): Promise<CleanUpReport> {
  const left: { label: string; reason: string }[] = []
  const remotes = journal.remotes().filter(which)
  if (remotes.length === 0) return { left }
  const session = await openOpenStack(ctx, values).catch((thrown: unknown) => reasonOf(thrown))
  if (typeof session === 'string') return { left: remotes.map(({ label }) => ({ label, reason: session })) }
  try {
    for (const { kind, id, label } of remotes) {
      try {
        await deleteImage(session, id, label)
        await journal.forget(kind, id)
      } catch (thrown) {
        left.push({ label, reason: reasonOf(thrown) })
      }
    }
    return { left }
  } finally {
    await session.close()
  }
}

function reasonOf(thrown: unknown): string {
  const { title, detail } = describeError(toAppError(thrown).data)
  return `${title}. ${detail}`
}
