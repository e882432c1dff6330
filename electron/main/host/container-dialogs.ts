import path from 'node:path'
import { dialog, type OpenDialogOptions } from 'electron'
import { confirm, type DialogParent, chooseOutput } from './dialogs.js'

/** The reference of an archive or of a folder with a layout; null when the dialog was closed. */
export async function chooseContainerArchive(parent: DialogParent): Promise<{ reference: string } | null> {
  const options: OpenDialogOptions = {
    title: 'Open a container image',
    filters: [
      { name: 'Archives of container images', extensions: ['tar', 'ociarchive', 'oci', 'tgz', 'gz'] },
      { name: 'All files', extensions: ['*'] },
    ],
    properties: ['openFile'],
  }
  const window = parent()
  const answer = await (window ? dialog.showOpenDialog(window, options) : dialog.showOpenDialog(options))
  const [file] = answer.filePaths
  return answer.canceled || file === undefined ? null : { reference: `oci-archive:${file}` }
}

/** Where an archive or folder of a container image is written; null when the dialog was closed. */
export async function chooseContainerDestination(
  parent: DialogParent,
  { suggested, transport }: { readonly suggested: string; readonly transport: 'oci-archive' | 'docker-archive' | 'oci' | 'dir' },
): Promise<{ reference: string; replace: boolean } | null> {
  const chosen = await chooseOutput(parent, suggested, 'Write the container image to')
  return chosen === null ? null : { reference: `${transport}:${chosen.path}`, replace: chosen.replace }
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
