import path from 'node:path'
import { dialog, type OpenDialogOptions } from 'electron'
import { isEncryptedKey } from '#core/operations/containers/signing/sigstore-key'
import { containerReferenceAt } from '#core/operations/containers/container-file'
import { parseReference } from '#shared/containers/reference'
import { AppError } from '#shared/errors/app-error'
import { confirm, type DialogParent, chooseOutput } from './dialogs.js'

const ARCHIVE_FILTERS = [
  { name: 'Archives of container images', extensions: ['tar', 'ociarchive', 'oci'] },
  { name: 'All files', extensions: ['*'] },
]

/** The reference of an archive or of a folder with a layout; null when the dialog was closed. Throws `container-invalid` for what is none. */
export async function chooseContainerArchive(parent: DialogParent, of: 'archive' | 'folder'): Promise<{ reference: string } | null> {
  const options: OpenDialogOptions =
    of === 'folder'
      ? { title: 'Open a folder with a container image', buttonLabel: 'Open', properties: ['openDirectory'] }
      : { title: 'Open a container image', filters: ARCHIVE_FILTERS, properties: ['openFile'] }
  const file = await chooseOne(parent, options)
  if (file === null) return null
  const reference = await containerReferenceAt(file)
  if (reference !== null) return { reference }
  throw new AppError('container-invalid', {
    details: { reason: `${file} holds no container image: neither an OCI layout nor a manifest of docker or skopeo` },
  })
}

/** A private key to sign with; null when the dialog was closed. */
export async function chooseSigningKey(parent: DialogParent): Promise<{ path: string; isEncrypted: boolean } | null> {
  const options: OpenDialogOptions = {
    title: 'Choose the private key to sign with',
    filters: [
      { name: 'Keys', extensions: ['key', 'pem', 'private'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile', 'showHiddenFiles'],
  }
  const file = await chooseOne(parent, options)
  return file === null ? null : { path: file, isEncrypted: await isEncryptedKey(file) }
}

/** A file that a form of an upload asks for, such as a key or the certificate of an authority; null when the dialog was closed. */
export async function chooseUploadFile(parent: DialogParent, title: string): Promise<{ path: string } | null> {
  const file = await chooseOne(parent, { title, properties: ['openFile', 'showHiddenFiles'] })
  return file === null ? null : { path: file }
}

async function chooseOne(parent: DialogParent, options: OpenDialogOptions): Promise<string | null> {
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  return answer.canceled ? null : (answer.filePaths[0] ?? null)
}

/** Where an archive or folder of a container image is written; null when the dialog was closed. Throws `bad-input` for a path that no reference can name. */
export async function chooseContainerDestination(
  parent: DialogParent,
  { suggested, transport }: { readonly suggested: string; readonly transport: 'oci-archive' | 'docker-archive' | 'oci' | 'dir' },
): Promise<{ reference: string; replace: boolean } | null> {
  const chosen = await chooseOutput(parent, suggested, 'Write the container image to')
  if (chosen === null) return null
  const reference = `${transport}:${chosen.path}`
  // What the user agreed to replace is what they chose, not a file whose name is the beginning of that.
  if (chosen.path.includes(':') || parseReference(reference).path !== chosen.path)
    throw new AppError('bad-input', {
      details: { reference, reason: 'a colon in the path, or a blank at its end, would be read as the end of it' },
    })
  return { reference, replace: chosen.replace }
}

/** Where a file or folder of a container image goes; null when the dialog was closed. */
export async function chooseContainerOutput(parent: DialogParent, suggested: string): Promise<{ path: string; replace: boolean } | null> {
  return chooseOutput(parent, path.basename(suggested), 'Take out as')
}

/** Asks before images and containers of the user are removed. True: remove them. */
export async function confirmRemoveStored(
  parent: DialogParent,
  { images, containers }: { readonly images: readonly string[]; readonly containers: readonly string[] },
): Promise<boolean> {
  const names = [...containers, ...images]
  const shown = names.slice(0, 10).join('\n') + (names.length > 10 ? `\nand ${names.length - 10} more` : '')
  return confirm(parent, {
    message: names.length === 1 ? 'Remove it from the container storage?' : `Remove ${names.length} images and containers?`,
    detail: `${shown}\n\nThey are gone for podman, too. Files that were taken out of them stay.`,
    buttons: ['Cancel', 'Remove'],
  })
}
