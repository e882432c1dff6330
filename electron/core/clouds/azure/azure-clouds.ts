import type { FieldValues } from '#shared/clouds/field'
import { textOf } from '#shared/clouds/read-values'

/** Addresses of one of Azure's clouds ("Azure Government developer guide", "Azure in China developer guide"). */
export interface AzureCloud {
  /** Where one signs in. */
  readonly authority: string
  readonly manager: string
  /** What tokens for the resource manager are for. */
  readonly audience: string
  readonly portal: string | null
  /** Of a storage account. */
  blobs(account: string): string
}

interface Addresses {
  readonly authority: string
  readonly manager: string
  readonly portal: string
  readonly suffix: string
}

const CLOUDS: Readonly<Record<string, Addresses>> = {
  public: {
    authority: 'https://login.microsoftonline.com',
    manager: 'https://management.azure.com',
    portal: 'https://portal.azure.com',
    suffix: 'core.windows.net',
  },
  government: {
    authority: 'https://login.microsoftonline.us',
    manager: 'https://management.usgovcloudapi.net',
    portal: 'https://portal.azure.us',
    suffix: 'core.usgovcloudapi.net',
  },
  china: {
    authority: 'https://login.partner.microsoftonline.cn',
    manager: 'https://management.chinacloudapi.cn',
    portal: 'https://portal.azure.cn',
    suffix: 'core.chinacloudapi.cn',
  },
}

export function azureCloud(values: FieldValues): AzureCloud {
  const known = CLOUDS[textOf(values, 'cloud') || 'public']
  if (known !== undefined) {
    const { authority, manager, portal, suffix } = known
    return { authority, manager, audience: manager, portal, blobs: (account) => `https://${account}.blob.${suffix}` }
  }
  const [authority, manager, storage] = ['authority', 'manager', 'storage'].map((id) => textOf(values, id).replace(/\/+$/, '')) as [
    string,
    string,
    string,
  ]
  return { authority, manager, audience: manager, portal: null, blobs: () => storage }
}
