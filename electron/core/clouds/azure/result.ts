import { azureTarget } from '#shared/clouds/forms/azure-fields'
import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'
import type { UploadResult } from '#shared/clouds/upload-plan'
import { shellLine } from '#shared/text/shell-quote'
import type { AzureCloud } from './azure-clouds.js'
import type { MadeResource } from './make-image.js'

export function azureResult(
  values: FieldValues,
  cloud: AzureCloud,
  made: readonly MadeResource[],
  rest: Pick<UploadResult, 'temporary' | 'sentBytes' | 'skippedBytes'>,
): UploadResult {
  const resources = made.map(({ kind, id, name }) => ({ kind, id, name, url: portalUrl(values, cloud, id) }))
  const [first] = resources
  return {
    ...rest,
    resources,
    verified: 'md5',
    next:
      first === undefined
        ? []
        : [
            { title: 'Start a machine of it', command: startCommand(values, first.id), url: null },
            ...(first.url === null ? [] : [{ title: 'Open it in the portal', command: null, url: first.url }]),
          ],
  }
}

function startCommand(values: FieldValues, id: string): string {
  const isDisk = azureTarget(values) === 'disk'
  const security = textOf(values, 'security') === 'Standard' ? 'Standard' : 'TrustedLaunch'
  const what = isDisk ? ['--attach-os-disk', id, '--os-type', 'linux'] : ['--image', id]
  const keys = isDisk || textOf(values, 'osState') === 'Specialized' ? [] : ['--admin-username', 'azureuser', '--generate-ssh-keys']
  const size = textOf(values, 'architecture') === 'Arm64' ? 'Standard_D2pls_v5' : 'Standard_D2s_v5'
  const place = ['--resource-group', textOf(values, 'resourceGroup'), '--location', textOf(values, 'location'), '--size', size]
  const account = ['--subscription', textOf(values, 'subscription')]
  return shellLine(['az', 'vm', 'create', '--name', 'NAME', ...place, ...what, ...keys, '--security-type', security, ...account])
}

export function portalUrl(values: FieldValues, { portal }: AzureCloud, id: string): string | null {
  return portal === null ? null : `${portal}/#@${textOf(values, 'tenant')}/resource${id}`
}
