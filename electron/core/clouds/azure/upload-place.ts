import { azureDiskBytes, azureTarget, VHD_FOOTER_BYTES } from '#shared/clouds/forms/azure-fields'
import type { FieldValues } from '#shared/clouds/field'
import { flagOf, textOf } from '#shared/clouds/read-values'
import { AppError } from '#shared/errors/app-error'
import { type AzureSession, exists, type Json } from './arm-session.js'
import { askBlob, type BlobDoor, BLOB_SERVICE } from './page-blob.js'
import { type AzureWork, computePath, groupPath, makeResource, VERSIONS } from './resources.js'

/** Seconds that a signature for writing is good for; it is asked for again when it has ended. */
const GRANT_SECONDS = 86_400
/** The disk that all pages were written to: one that is found closed is whole only then. */
export const WHOLE_KEY = 'whole disk'
const STORAGE_AUDIENCE = 'https://storage.azure.com'

/** Where the bytes go first, and what images can be made of. */
export interface UploadPlace {
  readonly door: BlobDoor
  /** Makes it, or finds it; false when it takes no more pages because they are all there. */
  prepare(): Promise<boolean>
  /** No more pages follow. */
  finish(): Promise<void>
  /** As the source of an image, in the words of the resource manager. */
  readonly source: { readonly diskId: string } | { readonly uri: string; readonly accountId: string }
  /** What the journal calls it. */
  readonly remote: { readonly kind: string; readonly id: string }
}

/** A managed disk that is made to be written to (Disks REST reference, "Create a managed disk to upload"). */
export function diskPlace(work: AzureWork): UploadPlace {
  const { run, session } = work
  const { values } = run
  const name = textOf(values, 'name')
  const path = computePath(values, 'disks', name)
  const request = { path, version: VERSIONS.disks }
  const words = { what: `The disk ${name}`, field: 'name' }
  const keepOnSuccess = azureTarget(values) === 'disk' || flagOf(values, 'keepDisk')
  return {
    door: diskDoor(session, path, name),
    source: { diskId: path },
    remote: { kind: 'disk', id: path },
    async prepare() {
      const security = textOf(values, 'security')
      const made = await makeResource(work, {
        kind: 'disk',
        label: `The disk ${name}`,
        ...request,
        sku: textOf(values, 'diskSku'),
        keepOnSuccess,
        field: 'name',
        properties: {
          osType: 'Linux',
          hyperVGeneration: textOf(values, 'generation'),
          supportedCapabilities: { architecture: textOf(values, 'architecture') },
          creationData: { createOption: 'Upload', uploadSizeBytes: azureDiskBytes(run.facts) + VHD_FOOTER_BYTES },
          ...(security === 'TrustedLaunch' ? { securityProfile: { securityType: 'TrustedLaunch' } } : {}),
        },
      })
      return diskStateOf(made) !== 'Unattached'
    },
    async finish() {
      await run.journal.put(WHOLE_KEY, path)
      await endAccess(session, path, name)
      const disk = await exists(session, request, words)
      const state = disk === null ? 'gone' : diskStateOf(disk)
      if (state === 'Unattached') return
      throw new AppError('upload-incomplete', {
        details: { service: 'Azure', reason: `The disk ${name} is ${state} after it was written` },
      })
    },
  }
}

export async function endAccess(session: AzureSession, path: string, name: string): Promise<void> {
  await session.finish({ method: 'POST', path: `${path}/endGetAccess`, version: VERSIONS.disks }, { what: `close the disk ${name}` })
}

export function diskStateOf(disk: Json): string {
  const { properties } = disk as { properties?: { diskState?: string } }
  return properties?.diskState ?? ''
}

/** The signature is known to this process alone: it lets in whoever has it. */
function diskDoor(session: AzureSession, path: string, name: string): BlobDoor {
  let granted: Promise<string> | null = null
  const grant = async (): Promise<string> => {
    const body = { access: 'Write', durationInSeconds: GRANT_SECONDS }
    const words = { what: `write to the disk ${name}` }
    const answer = await session.finish({ method: 'POST', path: `${path}/beginGetAccess`, version: VERSIONS.disks, body }, words)
    const { accessSAS, properties } = answer as { accessSAS?: string; properties?: { output?: { accessSAS?: string } } }
    const address = accessSAS ?? properties?.output?.accessSAS
    if (address === undefined)
      throw new AppError('cloud-failed', { details: { service: 'Azure', reason: 'It gave no address to write to' } })
    return address
  }
  return {
    label: `the disk ${name}`,
    async open() {
      if (granted === null) {
        granted = grant()
        granted.catch(() => (granted = null))
      }
      return { url: new URL(await granted), headers: {} }
    },
    renew: () => void (granted = null),
  }
}

/** A page blob in a storage account, written with the sign-in. */
export function blobPlace({ run, session, token }: AzureWork): UploadPlace {
  const { values } = run
  const [account, container] = [textOf(values, 'account'), textOf(values, 'container')]
  const name = `${textOf(values, 'name')}.vhd`
  const door = blobDoor(session, values, `${container}/${name}`)
  const uri = `${session.cloud.blobs(account)}/${container}/${encodeURIComponent(name)}`
  const bytes = azureDiskBytes(run.facts) + VHD_FOOTER_BYTES
  return {
    door,
    source: { uri, accountId: `${groupPath(values)}/providers/Microsoft.Storage/storageAccounts/${account}` },
    remote: { kind: 'blob', id: `${container}/${name}` },
    async prepare() {
      await findContainer(session, values, container)
      const head = await headBlob(session, door)
      if (head !== null && head.mark !== token) {
        throw new AppError('cloud-conflict', { details: { service: BLOB_SERVICE, what: `The blob ${container}/${name}`, field: 'name' } })
      }
      const facts = { token }
      const keepOnSuccess = flagOf(values, 'keepBlob')
      await run.journal.created({
        kind: 'blob',
        id: `${container}/${name}`,
        label: `blob ${container}/${name} in ${account}`,
        keepOnSuccess,
        facts,
      })
      if (head === null) {
        const headers = {
          'x-ms-blob-type': 'PageBlob',
          'x-ms-blob-content-length': String(bytes),
          'if-none-match': '*',
          'x-ms-meta-diskwright': token,
        }
        await askBlob(session, door, { method: 'PUT', headers, body: Buffer.alloc(0), what: `make blobs in ${account}` })
      }
      return true
    },
    async finish() {
      const head = await headBlob(session, door)
      if (head?.bytes === bytes) return
      const reason = `The blob has ${head?.bytes ?? 'no'} bytes there, and ${bytes} here`
      throw new AppError('upload-mismatch', { details: { service: BLOB_SERVICE, what: name, reason } })
    },
  }
}

export function blobDoor(session: AzureSession, values: FieldValues, path: string): BlobDoor {
  const base = session.cloud.blobs(textOf(values, 'account'))
  return {
    label: `the blob ${path}`,
    open: async () => ({
      url: new URL(`${base}/${path.split('/').map(encodeURIComponent).join('/')}`),
      headers: { authorization: `Bearer ${await session.tokens.token(STORAGE_AUDIENCE)}` },
    }),
    renew: () => session.tokens.forget(),
  }
}

export async function findContainer(session: AzureSession, values: FieldValues, container: string): Promise<void> {
  const what = `The container ${container}`
  const ask = { method: 'HEAD' as const, query: { restype: 'container' }, okStatuses: [404], what: `use the container ${container}` }
  const { status } = await askBlob(session, blobDoor(session, values, container), ask)
  if (status !== 404) return
  const next = `Make it: az storage container create --account-name ${textOf(values, 'account')} --name ${container} --auth-mode login`
  throw new AppError('cloud-not-found', { details: { service: BLOB_SERVICE, what, field: 'container', next } })
}

export async function headBlob(session: AzureSession, door: BlobDoor): Promise<{ bytes: number; mark: string } | null> {
  const answer = await askBlob(session, door, { method: 'HEAD', okStatuses: [404], what: `look at ${door.label}` })
  if (answer.status === 404) return null
  return { bytes: Number(answer.headers['content-length'] ?? -1), mark: answer.headers['x-ms-meta-diskwright'] ?? '' }
}
