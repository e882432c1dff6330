import type { ArmServer } from './servers/arm-server.js'

/** Who signs in at the test servers for Azure. */
export const AZURE = {
  tenant: '11111111-2222-3333-4444-555555555555',
  subscription: '66666666-7777-8888-9999-000000000000',
  group: 'images',
  client: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
} as const

/** What the form has to be told so that it signs in there, by the variables of the environment. */
export function azureValues(server: ArmServer, caFile: string): Record<string, string> {
  return {
    signIn: 'env',
    tenant: AZURE.tenant,
    subscription: AZURE.subscription,
    cloud: 'own',
    authority: server.url,
    manager: server.url,
    storage: server.storage,
    ca: caFile,
    resourceGroup: AZURE.group,
    location: 'westeurope',
  }
}

export function azureVariables(secret: string): Record<string, string> {
  return { AZURE_CLIENT_ID: AZURE.client, AZURE_CLIENT_SECRET: secret, AZURE_TENANT_ID: AZURE.tenant }
}
